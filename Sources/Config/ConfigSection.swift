/// The settings of one object, read one by one: what is wrong is noted, and the next one is read, so that all faults are told at once.
///
///     var faults: [ConfigFault] = []
///     let plan = ConfigSection(value, of: "a plan", settings: ["name", "calls"], noting: &faults)
///     let calls = plan.integer("calls", in: 1...1000, noting: &faults)
public struct ConfigSection: Sendable {
    /// Where the object begins.
    public let position: ConfigPosition
    private let what: String
    private let members: [String: ConfigMember]

    /// Begins to read an object.
    ///
    /// - Parameters:
    ///   - what: what it describes: `a plan`.
    ///   - settings: the names that may be in it.
    public init(_ value: ConfigValue, of what: String, settings: [String], noting faults: inout [ConfigFault]) {
        position = value.position
        self.what = what
        var members: [String: ConfigMember] = [:]
        if case .object(let given) = value.kind {
            for member in given {
                if !settings.contains(member.name) {
                    let near = NearestName.of(String(member.name.prefix(64)), in: settings).map { " Did you mean '\($0)'?" }
                    faults.append(
                        ConfigFault(
                            member.position,
                            "\(ConfigFault.quote(member.name)) is no setting of \(what)."
                                + (near ?? " There are \(settings.joined(separator: ", "))")))
                } else if let first = members[member.name] {
                    faults.append(
                        ConfigFault(member.position, "'\(member.name)' is given twice, first in line \(first.position.line)"))
                } else {
                    members[member.name] = member
                }
            }
        } else {
            faults.append(ConfigFault(value.position, "\(what) is an object in braces, not \(value.noun)"))
        }
        self.members = members
    }

    /// Where a setting's name stands, or nil if it is not given. What is `null` counts as not given.
    public func position(of name: String) -> ConfigPosition? { given(name)?.position }

    /// A whole number; nil if it is not given, or is none in the range, which is noted.
    public func integer(_ name: String, in range: ClosedRange<Int>, noting faults: inout [ConfigFault]) -> Int? {
        guard let value = given(name)?.value else { return nil }
        if case .integer(let number) = value.kind, range.contains(number) { return number }
        return refuse(name, value, "a whole number from \(range.lowerBound) to \(range.upperBound)", &faults)
    }

    /// `true` or `false`.
    public func flag(_ name: String, noting faults: inout [ConfigFault]) -> Bool? {
        guard let value = given(name)?.value else { return nil }
        if case .bool(let flag) = value.kind { return flag }
        return refuse(name, value, "true or false", &faults)
    }

    /// A text that means something, and where it stands.
    ///
    /// - Parameters:
    ///   - wanted: what it has to be, as a message says it.
    ///   - choices: what it may have been meant to be.
    public func text<Meaning>(
        _ name: String, _ wanted: String, choices: [String] = [], noting faults: inout [ConfigFault], as meaning: (String) -> Meaning?
    ) -> Meaning? {
        guard let value = given(name)?.value else { return nil }
        return meaningOf(value, name, wanted, choices, &faults, meaning)
    }

    /// A list of texts that each mean something.
    public func texts<Meaning>(
        _ name: String, _ wanted: String, choices: [String] = [], noting faults: inout [ConfigFault], as meaning: (String) -> Meaning?
    ) -> [Meaning]? {
        list(name, noting: &faults).map { values in
            values.compactMap { meaningOf($0, name, wanted, choices, &faults, meaning) }
        }
    }

    /// A list.
    public func list(_ name: String, noting faults: inout [ConfigFault]) -> [ConfigValue]? {
        guard let value = given(name)?.value else { return nil }
        if case .list(let values) = value.kind { return values }
        return refuse(name, value, "a list in brackets", &faults)
    }

    /// The members of an object whose names are not known beforehand, in their order; one that is given twice is there twice.
    public func members(_ name: String, noting faults: inout [ConfigFault]) -> [ConfigMember]? {
        guard let value = given(name)?.value else { return nil }
        if case .object(let members) = value.kind { return members }
        return refuse(name, value, "an object in braces", &faults)
    }

    /// Notes a setting that has to be there and is not.
    public func require(_ name: String, noting faults: inout [ConfigFault]) {
        if given(name) == nil { faults.append(ConfigFault(position, "\(what) wants '\(name)'")) }
    }

    private func given(_ name: String) -> ConfigMember? {
        members[name].flatMap { $0.value.kind == .null ? nil : $0 }
    }

    private func meaningOf<Meaning>(
        _ value: ConfigValue, _ name: String, _ wanted: String, _ choices: [String], _ faults: inout [ConfigFault],
        _ meaning: (String) -> Meaning?
    ) -> Meaning? {
        guard case .text(let text) = value.kind else { return refuse(name, value, wanted, &faults) }
        if let found = meaning(text) { return found }
        let near = NearestName.of(String(text.prefix(64)), in: choices).map { ". Did you mean '\($0)'?" } ?? ""
        return refuse(name, value, wanted, &faults, near)
    }

    private func refuse<Meaning>(
        _ name: String, _ value: ConfigValue, _ wanted: String, _ faults: inout [ConfigFault], _ hint: String = ""
    ) -> Meaning? {
        faults.append(ConfigFault(value.position, "'\(name)' is \(wanted), not \(value.noun)\(hint)"))
        return nil
    }
}
