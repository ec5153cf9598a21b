"""The JSON formats of the command line: two files are read, one object is printed. Whatever is wrong is Refused."""
