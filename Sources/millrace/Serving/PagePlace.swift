import VendorAPIs

/// Where the files of the page are: as `make install` laid them beside the binary, or in the tree that it was built in.
enum PagePlace {
    /// The files; nil where they are in neither place.
    static func files() -> PageFiles? {
        if let share = Installed.share, let files = PageFiles(folder: "\(share)/page", charts: "\(share)/page/lib/lightweight-charts.js") {
            return files
        }
        return Installed.buildTree.flatMap { PageFiles(folder: "\($0)/Page", charts: "\($0)/.deps/page/lightweight-charts.js") }
    }
}
