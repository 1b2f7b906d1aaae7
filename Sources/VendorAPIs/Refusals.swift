import MarketService
import Transport

// What asks for too much is a request that is wrong, in the shape that each vendor gives to those.

extension QueryCostError: RefusingError {
    public var failure: Failure { Failure(.badRequest, description) }
}

extension TakerError: RefusingError {
    public var failure: Failure { Failure(.badRequest, description) }
}
