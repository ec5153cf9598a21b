"""What a contact with the helpline leads to in other rooms: supervision, and topics of refresher days."""
