"""Pages and use cases that cross rooms: the home page of each role, the register, a mediator's page, my standing."""
