/// The description of all routes in OpenAPI 3.1, made from the declarations that answer requests.
///
///     OpenAPI(title: "Millrace", version: "1.0", mounts: router.mounts).json()
///
/// What answers look like is said by kind, and member by member where a route declares its shape. Errors are said by status: each mount's own renderer is asked for one of every kind, and what it
/// gives stands there as the example.
public struct OpenAPI: Sendable {
    /// What is described.
    public let title: String
    /// Its version.
    public let version: String
    /// The mounts whose routes are described.
    public let mounts: [Mount]

    /// Creates a description.
    public init(title: String, version: String, mounts: [Mount]) {
        self.title = title
        self.version = version
        self.mounts = mounts
    }

    /// What any route may be refused with.
    static let refusals: [Status] = [
        .badRequest, .forbidden, .notFound, .methodNotAllowed, .misdirected, .contentTooLarge, .uriTooLong, .tooManyRequests,
        .headersTooLarge,
        .internalError,
        .unavailable, .versionNotSupported,
    ]
    /// What a route that asks for a key may be refused with besides.
    static let keyRefusals: [Status] = [.unauthorized, .paymentRequired]

    /// The document.
    ///
    /// - Complexity: O(routes).
    public func json() -> JSONWriter {
        var json = JSONWriter(capacity: 1 << 16)
        json.beginObject()
        json.member("openapi", literal: "3.1.0")
        json.key("info")
        json.beginObject()
        json.member("title", title)
        json.member("version", version)
        json.endObject()
        json.key("tags")
        json.beginArray()
        for mount in mounts {
            json.beginObject()
            json.member("name", mount.name)
            json.member("description", mount.summary)
            json.endObject()
        }
        json.endArray()
        json.key("paths")
        json.beginObject()
        for mount in mounts { for (path, routes) in OpenAPI.byPath(mount) { write(path, routes, mount, &json) } }
        json.endObject()
        json.key("components")
        json.beginObject()
        json.key("securitySchemes")
        json.beginObject()
        for mount in mounts {
            guard let place = mount.key ?? mount.routes.lazy.compactMap(\.key).first else { continue }
            json.key(escaping: mount.name)
            write(place, &json)
        }
        json.endObject()
        json.endObject()
        json.endObject()
        return json
    }

    /// A mount's routes by their whole paths, in the order in which they are declared.
    private static func byPath(_ mount: Mount) -> [(path: String, routes: [Route])] {
        var paths: [(path: String, routes: [Route])] = []
        for route in mount.routes {
            let path = mount.prefix + route.path
            if let place = paths.firstIndex(where: { $0.path == path }) {
                paths[place].routes.append(route)
            } else {
                paths.append((path, [route]))
            }
        }
        return paths
    }

    private func write(_ path: String, _ routes: [Route], _ mount: Mount, _ json: inout JSONWriter) {
        json.key(escaping: path)
        json.beginObject()
        for route in routes {
            json.key(escaping: route.method.rawValue.lowercased())
            write(route, mount, &json)
        }
        json.endObject()
    }

    private func write(_ route: Route, _ mount: Mount, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("summary", route.summary)
        json.key("tags")
        json.beginArray()
        json.value(mount.name)
        json.endArray()
        json.member("x-millrace-facade", mount.name)
        json.key("security")
        json.beginArray()
        if mount.key ?? route.key != nil {
            json.beginObject()
            json.key(escaping: mount.name)
            json.beginArray()
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.key("parameters")
        json.beginArray()
        let names = route.pathNames
        for name in names where !route.parameters.contains(where: { $0.name == name }) {
            write(Parameter(name, .text, required: true, "A part of the path"), in: "path", &json)
        }
        for parameter in route.parameters { write(parameter, in: names.contains(parameter.name) ? "path" : "query", &json) }
        json.endArray()
        json.key("responses")
        json.beginObject()
        writeAnswers(route, mount, &json)
        json.endObject()
        json.endObject()
    }

    private func write(_ parameter: Parameter, in place: StaticString, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("name", parameter.name)
        json.member("in", literal: place)
        json.member("required", parameter.isRequired)
        json.member("description", parameter.description)
        json.key("schema")
        json.beginObject()
        parameter.kind.write(to: &json)
        if let text = parameter.defaultValue {
            json.key("default")
            parameter.kind.write(text, to: &json)
        }
        json.endObject()
        if let example = parameter.example {
            json.key("example")
            parameter.kind.write(example, to: &json)
        }
        json.endObject()
    }

    private func write(_ place: KeyPlace, _ json: inout JSONWriter) {
        json.beginObject()
        if let scheme = place.scheme {
            json.member("type", literal: "http")
            json.member("scheme", scheme.lowercased())
        } else {
            json.member("type", literal: "apiKey")
            json.member("in", literal: "header")
            json.member("name", place.header)
        }
        json.endObject()
    }
}
