"""The pieces of the Start page, which has the whole lab on one screen."""
