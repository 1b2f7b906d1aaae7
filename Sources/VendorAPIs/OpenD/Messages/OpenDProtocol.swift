/// The protocols that are answered, by their numbers.
package enum OpenDProtocol {
    /// A connection begins.
    package static let initConnect: UInt32 = 1001
    /// What the server is and how it is.
    package static let globalState: UInt32 = 1002
    /// A sign of life.
    package static let keepAlive: UInt32 = 1004
    /// What the options of a market came to, day by day.
    package static let marketStatistic: UInt32 = 3301
    /// What the options on an underlying came to, day by day.
    package static let underlyingStatistic: UInt32 = 3302
}

/// Why a question is not answered; its words go to the client's user, who reads them in the vendors' language.
struct OpenDRefusal: Error, Hashable {
    let words: String

    static let malformed = OpenDRefusal(words: "请求格式错误")
    static let dates = OpenDRefusal(words: "日期错误，格式应为YYYY-MM-DD，且开始日期不晚于结束日期")
    static let page = OpenDRefusal(words: "nextPageKey无效")
    static let market = OpenDRefusal(words: "未知的期权市场类型")
    static let measure = OpenDRefusal(words: "未知的数据类型")
    static let underlying = OpenDRefusal(words: "没有该标的的期权统计数据")
    static let cipher = OpenDRefusal(words: "未支持的加密算法")
    static let key = OpenDRefusal(words: "此连接必须加密，请设置RSA密钥")

    static let spent = OpenDRefusal(words: "本月请求次数已用完")
    static let badKey = OpenDRefusal(words: "密钥无效")
    static let unavailable = OpenDRefusal(words: "请求失败，请稍后再试")

    static func unknown(_ protocolID: UInt32) -> OpenDRefusal { OpenDRefusal(words: "未支持的协议 \(protocolID)") }

    static func tooOften(_ what: String, times: Int, seconds: Int) -> OpenDRefusal {
        OpenDRefusal(words: "\(what)频率太高，请求失败，每\(seconds)秒最多\(times)次。")
    }
}
