//! FIFO, visibility, deduplication and redrive, on literal instants.
