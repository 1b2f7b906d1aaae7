import Access
import Glibc
import Lake
import MarketModel

extension Command {
    /// `keys create`, `list`, `revoke` and `rotate`.
    static let keys: [Command] = [keysCreate, keysList, keysRevoke, keysRotate]

    private static let keysCreate = Command(
        name: "keys create",
        summary: "Make an API key and print it, once",
        discussion: """
            Only a hash of the key is kept: whoever loses the key rotates it. Once a vendor has a key, its API wants one from everybody.
            A server that is running takes the key over within a second.
            """,
        options: [
            .data(),
            CommandOption("vendor", "NAME", .choice(Plans.standard.vendors), "The vendor whose API the key opens", required: true),
            CommandOption("plan", "NAME", .suggestion(allPlanNames), "The plan: \(planNames); or one of --config", required: true),
            PlanFile.option,
        ],
        examples: [
            CommandExample("millrace keys create --data data --vendor oanor --plan pro", "a key for 68,000 calls a month"),
            CommandExample("millrace keys create --data data --vendor aperiodic --plan unlimited", "a key for everything"),
        ]
    ) { arguments, console in
        let (vendor, plan) = (try arguments.required("vendor"), try arguments.required("plan"))
        let made = try PlanFile.withConfiguration(PlanFile(arguments)) { configuration in
            let plans = configuration.plans
            guard plans.named(plan, vendor: vendor) != nil else {
                throw UsageError("--plan \(plan): choose one of \(plans.names(vendor: vendor).joined(separator: ", "))")
            }
            return try store(arguments, create: true).create(vendor: vendor, plan: plan, of: plans, now: Int64(time(nil)))
        }
        guard let (record, key) = made else { return .failure }
        console.note("\(record.id): \(vendor), plan \(plan). The key is shown this once:")
        try console.print(key)
        return .success
    }

    private static let keysList = Command(
        name: "keys list",
        summary: "List the keys, their plans and this month's calls",
        options: [
            .data(),
            CommandOption("vendor", "NAME", .choice(Plans.standard.vendors), "Only keys of this vendor"),
            CommandOption("format", "F", .choice(["text", "json"]), "How to print them", default: "text"),
        ],
        examples: [CommandExample("millrace keys list --data data --format json", "one object a line")]
    ) { arguments, console in
        let store = try store(arguments, create: false)
        let asJSON = arguments.value("format") == "json"
        let date = CivilDate(microseconds: Int64(time(nil)) * 1_000_000)
        for record in try store.list() where arguments.value("vendor").map({ $0 == record.vendor }) ?? true {
            let calls = try store.calls(id: record.id, month: date.year * 12 + date.month - 1)
            let created = Timestamp.iso8601(record.created * 1_000_000, fractionDigits: 0)
            let revoked = record.revoked.map { Timestamp.iso8601($0 * 1_000_000, fractionDigits: 0) }
            try console.print(
                asJSON
                    ? #"{"id":"\#(record.id)","vendor":"\#(record.vendor)","plan":"\#(record.plan)","key":"\#(record.hint)","#
                        + #""created":"\#(created)","revoked":\#(revoked.map { "\"\($0)\"" } ?? "null"),"calls":\#(calls)}"#
                    : "\(record.id)  \(record.vendor)  \(record.plan)  \(record.hint)  created \(created)  "
                        + (revoked.map { "revoked \($0)" } ?? "\(calls) calls this month"))
        }
        return .success
    }

    private static let keysRevoke = Command(
        name: "keys revoke",
        summary: "End a key for good",
        options: [.data(), key],
        examples: [CommandExample("millrace keys revoke --data data --key key_1aB2cD3e", "it stops working within a second")]
    ) { arguments, console in
        let id = try arguments.required("key")
        try store(arguments, create: false).revoke(id: id, now: Int64(time(nil)))
        console.note("\(id) is revoked")
        return .success
    }

    private static let keysRotate = Command(
        name: "keys rotate",
        summary: "Give a key a new secret and print it, once; plan and calls stay",
        options: [.data(), key],
        examples: [CommandExample("millrace keys rotate --data data --key key_1aB2cD3e", "the old secret stops working within a second")]
    ) { arguments, console in
        let (record, secret) = try store(arguments, create: false).rotate(id: try arguments.required("key"))
        console.note("\(record.id): the new key is shown this once:")
        try console.print(secret)
        return .success
    }

    private static let key = CommandOption("key", "ID", "The key's id, as 'millrace keys list' shows it", required: true)

    private static var allPlanNames: [String] {
        Set(Plans.standard.vendors.flatMap { Plans.standard.names(vendor: $0) }).sorted()
    }

    private static var planNames: String {
        Plans.standard.vendors.map { "\($0): \(Plans.standard.names(vendor: $0).joined(separator: ", "))" }.joined(separator: "; ")
    }

    private static func store(_ arguments: Arguments, create: Bool) throws -> KeyStore {
        let data = try arguments.required("data")
        // The lake makes and checks its own part of the catalogue, so that neither command has to come first.
        _ = try Lake(directory: data, create: create)
        return try KeyStore(path: data + "/catalogue.sqlite")
    }
}
