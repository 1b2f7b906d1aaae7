extension Lake {
    func recoverIfAbandoned() throws {}
}
