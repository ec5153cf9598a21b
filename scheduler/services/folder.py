"""Letters as files, where no mail server is set up.

For trying the product out, and for whoever sends them by other means.
"""

import os
from datetime import datetime
from pathlib import Path


def write_to_folder(folder: Path, message_id: str, queued_at: datetime, content: bytes) -> str:
    """The name of the file, which is complete or not there at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{queued_at:%Y%m%d-%H%M%S}-{message_id.strip('<>').partition('@')[0]}.eml"
    incoming = folder / f".{name}.{os.getpid()}"
    descriptor = os.open(incoming, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    incoming.rename(folder / name)
    return name
