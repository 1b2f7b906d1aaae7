import Glibc
import Transport

/// The files of the page as they lie on the disk: what was there when they were listed, and nothing else, can be asked for.
public struct PageFiles: Sendable {
    /// A file of the page.
    struct File: Sendable {
        /// Below the page's own path, as `/data/bars.js`.
        let name: String
        let path: String
        let type: ContentType
    }

    let files: [File]
    let index: String

    /// Lists the page's folder, one level of folders in it, and the library of charts, which goes by `/lib/lightweight-charts.js`.
    ///
    /// - Parameters:
    ///   - folder: the page's own files; `index.html` is among them.
    ///   - charts: the file of the library.
    /// - Returns: nil where `index.html` or the library cannot be read.
    public init?(folder: String, charts: String) {
        index = "\(folder)/index.html"
        guard access(index, R_OK) == 0, access(charts, R_OK) == 0, let library = PageFiles.type(of: charts) else { return nil }
        var files: [File] = []
        for below in [""] + PageFiles.names(in: folder).filter({ !$0.contains(".") }).map({ "/\($0)" }) {
            for name in PageFiles.names(in: folder + below) {
                guard let type = PageFiles.type(of: name), below != "/lib" else { continue }
                files.append(File(name: "\(below)/\(name)", path: "\(folder)\(below)/\(name)", type: type))
            }
        }
        self.files = files + [File(name: "/lib/lightweight-charts.js", path: charts, type: library)]
    }

    /// What a file is by its name; nil for what the page does not serve.
    private static func type(of name: String) -> ContentType? {
        if name.hasSuffix(".js") { return ContentType("text/javascript; charset=utf-8", compressible: true) }
        if name.hasSuffix(".css") { return .css }
        if name.hasSuffix(".svg") { return ContentType("image/svg+xml", compressible: true) }
        return nil
    }

    /// What lies in a folder, without what is hidden, in order.
    private static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { place in
                place.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
