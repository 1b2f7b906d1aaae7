// Filled as this room is built.
