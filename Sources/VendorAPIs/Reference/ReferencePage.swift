import Transport

/// The routes of a server as a page to read: no script, and nothing from elsewhere.
struct ReferencePage {
    let mounts: [Mount]
    let version: String

    /// The page.
    var html: String {
        var page = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Millrace \(escaped(version)): what it answers</title>
            <link rel="stylesheet" href="/docs/style.css">
            <header><h1>What this Millrace answers</h1>
            <p>Version \(escaped(version)). The same for programs: <a href="/openapi.json">openapi.json</a>.</p>
            <nav>

            """
        let described = mounts.filter { !$0.routes.isEmpty }
        var names: [String] = []
        for mount in described where !names.contains(mount.name) { names.append(mount.name) }
        for name in names { page += "<a href=\"#\(escaped(name))\">\(escaped(name))</a>\n" }
        page += "</nav></header>\n<main>\n"
        for name in names {
            let parts = described.filter { $0.name == name }
            page += "<section id=\"\(escaped(name))\"><h2>\(escaped(name))</h2>\n"
            page += "<p>\(escaped(parts.map(\.summary).filter { !$0.isEmpty }.joined(separator: ". "))).</p>\n"
            if let place = parts.lazy.compactMap({ $0.key ?? $0.routes.lazy.compactMap(\.key).first }).first {
                let value = (place.scheme.map { "\($0) " } ?? "") + "KEY"
                page += "<p>Its key goes into the header <code>\(escaped(place.header)): \(escaped(value))</code>.</p>\n"
            }
            for part in parts { for route in part.routes { page += article(route, in: part) } }
            page += "</section>\n"
        }
        return page + "</main>\n</html>\n"
    }

    private func article(_ route: Route, in mount: Mount) -> String {
        let key = (mount.key ?? route.key) == nil ? "" : " <small>key</small>"
        var text = "<article><h3><code>\(route.method.rawValue) \(escaped(mount.prefix + route.path))</code>\(key)</h3>\n"
        text += "<p>\(escaped(route.summary)).</p>\n"
        if !route.parameters.isEmpty {
            text += "<table><thead><tr><th>parameter<th>values<th>else<th>what it is<tbody>\n"
            for parameter in route.parameters {
                let usual = parameter.isRequired ? "required" : parameter.defaultValue.map { "<code>\(escaped($0))</code>" } ?? ""
                text += "<tr><th scope=\"row\"><code>\(escaped(parameter.name))</code><td>\(values(parameter))<td>\(usual)"
                text += "<td>\(escaped(parameter.description))\n"
            }
            text += "</table>\n"
        }
        if let shape = route.shape { text += members(of: shape) }
        return text + "<pre>\(escaped(example(route, in: mount)))</pre></article>\n"
    }

    /// What the members of an answer are, those of lists too.
    private func members(of shape: JSONShape) -> String {
        var rows: [(name: String, member: JSONShape.Member)] = []
        var seen: Set<String> = []
        func visit(_ shape: JSONShape, _ prefix: String) {
            switch shape {
            case .object(let members):
                for member in members {
                    // Of alternatives each member is told once.
                    if seen.insert("\(prefix)\(member)").inserted { rows.append((prefix + member.name, member)) }
                    visit(member.shape, prefix + member.name + ".")
                }
            case .list(let shape): visit(shape, String(prefix.dropLast()) + "[].")
            case .nullable(let shape): visit(shape, prefix)
            case .either(let shapes): for shape in shapes { visit(shape, prefix) }
            case .text, .integer, .number, .flag, .choice: break
            }
        }
        visit(shape, "")
        var text = "<details><summary>What it answers</summary><table><thead><tr><th>member<th>value<th>unit<th>what it is<tbody>\n"
        for row in rows {
            text += "<tr><th scope=\"row\"><code>\(escaped(row.name))</code><td>\(escaped(row.member.shape.name))"
            text += "<td>\(escaped(row.member.unit))<td>\(escaped(row.member.description))\n"
        }
        return text + "</table></details>\n"
    }

    private func values(_ parameter: Parameter) -> String {
        switch parameter.kind {
        case .text: parameter.example.map { "such as <code>\(escaped($0))</code>" } ?? "text"
        case .integer(let range, let isClamped):
            (range.upperBound < Int.max ? "\(range.lowerBound) to \(range.upperBound)" : "\(range.lowerBound) or more")
                + (isClamped ? ", others are moved into it" : "")
        case .decimal: "a decimal number"
        case .choice(let choices): choices.map { "<code>\(escaped($0))</code>" }.joined(separator: " ")
        }
    }

    /// A request with everything that is required, for a shell.
    private func example(_ route: Route, in mount: Mount) -> String {
        let wanted = route.parameters.filter { $0.isRequired && !route.path.contains("{\($0.name)}") }
        let query = wanted.map { "\($0.name)=\($0.example ?? choice($0) ?? "…")" }.joined(separator: "&")
        let header = (mount.key ?? route.key).map { "-H '\($0.header): \($0.scheme.map { "\($0) " } ?? "")KEY' " } ?? ""
        return "curl \(header)'http://127.0.0.1:8080\(mount.prefix)\(route.path)\(query.isEmpty ? "" : "?")\(query)'"
    }

    private func choice(_ parameter: Parameter) -> String? {
        if case .choice(let choices) = parameter.kind { choices.first } else { nil }
    }

    private func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            default: out.append(character)
            }
        }
        return out
    }
}

extension Reference {
    /// How the page looks, by day and by night.
    static let styleSheet: StaticString = """
        :root { color-scheme: light dark; --line: light-dark(#ddd, #333); --soft: light-dark(#f6f6f4, #1b1c1f); }
        body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem; }
        nav a { margin-right: 1rem; }
        h2 { border-bottom: 1px solid var(--line); margin-top: 3rem; }
        h3 { margin: 2rem 0 0; font-size: 1rem; }
        small { border: 1px solid var(--line); border-radius: 4px; padding: 0 .4em; }
        code, pre { font: 14px/1.4 ui-monospace, monospace; }
        pre { background: var(--soft); padding: .6rem; overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; }
        th, td { border-top: 1px solid var(--line); padding: .25rem .6rem .25rem 0; text-align: left; vertical-align: top; }
        article { overflow-x: auto; }

        """
}
