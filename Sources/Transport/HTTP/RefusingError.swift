/// An error of work that says itself how its request is refused; any other is a 500.
public protocol RefusingError: Error {
    /// What the request is refused with.
    var failure: Failure { get }
}
