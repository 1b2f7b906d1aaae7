/// The name a mistyped word was probably meant to be.
public enum NearestName {
    /// The candidate fewest edits away, or nil if none is close enough to be worth a guess.
    ///
    /// - Complexity: O(candidates × length²).
    public static func of(_ word: String, in candidates: [String]) -> String? {
        let scored = candidates.map { name in
            (name: name, distance: word.count > 2 && (name.hasPrefix(word) || name.hasSuffix(word)) ? 1 : distance(word, name))
        }
        guard let best = scored.min(by: { $0.distance < $1.distance }), best.distance <= max(1, min(word.count, best.name.count) / 2)
        else { return nil }
        return best.name
    }

    /// The Levenshtein distance. O(m·n) time, O(n) space.
    private static func distance(_ a: String, _ b: String) -> Int {
        let a = Array(a.utf8)
        let b = Array(b.utf8)
        var row = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in b.enumerated() {
                let substituted = diagonal + (left == right ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, diagonal + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }
}
