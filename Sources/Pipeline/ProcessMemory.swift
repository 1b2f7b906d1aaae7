import CMalloc

/// How the process takes memory from the system.
public enum ProcessMemory {
    /// Lets all threads together use a few arenas of the allocator.
    ///
    /// The C library gives each thread an arena of its own and keeps in it what the thread's largest job took: a server with many threads
    /// that do large jobs now and then would hold several times what it needs. Call it before threads start.
    ///
    /// - Parameter count: at least 1.
    public static func limitArenas(to count: Int) {
        mallopt(M_ARENA_MAX, Int32(max(1, count)))
    }

    /// Gives large pieces of memory back to the system as soon as they are freed.
    ///
    /// The C library takes pieces for large once only as long as none has been freed; after that it keeps up to 32 MiB of each between smaller
    /// ones, and a server that reads a large answer now and then grows by it. Call it before threads start.
    public static func returnLarge() {
        mallopt(M_MMAP_THRESHOLD, 512 << 10)
        mallopt(M_TRIM_THRESHOLD, 8 << 20)
    }

    /// Gives back to the system what lies free between pieces that are used: what a busy minute left behind.
    ///
    /// Threads that take memory meanwhile wait for it, some milliseconds.
    public static func returnFreed() { malloc_trim(0) }

    /// Keeps freed memory for what comes next, instead of giving it back to the system and clearing new pages soon after.
    ///
    /// For one job that ends with the process; a server gives back what it does not need.
    public static func keepFreed() {
        mallopt(M_MMAP_THRESHOLD, 1 << 30)
        mallopt(M_TRIM_THRESHOLD, 1 << 30)
    }
}
