import Feeds
import MarketModel

/// Files as publishers write them, made up from the layouts as they are documented: no recording of them is at hand.
struct ReportFixture: Sendable, CustomStringConvertible {
    let kind: OptionReport.Kind
    let name: String
    let text: String
    /// How many statements are in it.
    let statements: Int

    var description: String { name }

    func read() throws(OptionReportFault) -> OptionReport { try OptionReport.read(Array(text.utf8), name: name) }

    static let all: [ReportFixture] = [
        occVolume, occInterest, occInterestTable, occInterestNamed, occVolumeTable, occVolumeQuery, cboeTotal, cboeIndex, cboeDaily, page,
        rows, stocks, indices, plain,
    ]

    static let occVolume = ReportFixture(
        kind: .occVolume, name: "occ-volume-2026-06-11.json",
        text: """
            {"entity":{
              "total_volume":[{"exchange":"CBOE","calls":40,"puts":25,"ratio":0.63,"volume":65,"market_share":100.0}],
              "equity_volume":[
                {"exchange":"AMEX","calls":11658870,"puts":8723978,"ratio":0.75,"volume":20382848,"market_share":27.4},
                {"exchange":"CBOE","calls":34000000,"puts":20000000,"ratio":0.59,"volume":54000000,"market_share":72.6},
                {"exchange":"Total","calls":45658870,"puts":28723978,"ratio":0.63,"volume":74382848,"market_share":100.0}],
              "index_volume":[{"exchange":"Total","calls":"2,814,003","puts":3120447,"ratio":1.11,"volume":5934450,"market_share":100}],
              "debt_volume":[],"futures_volume":[]}}
            """, statements: 2)

    static let occInterest = ReportFixture(
        kind: .occInterest, name: "open-interest",
        text: """
            {"entity":{"optionsOI":[
              {"activityDate":1781150400000,"equityCalls":330000001,"equityPuts":220000002,"equityTotal":550000003,
               "indexCalls":12000000,"indexPuts":18000000,"indexTotal":30000000,"treasuryCalls":1,"treasuryPuts":2,"treasuryTotal":3,
               "futuresTotal":400000,"occTotal":580400006},
              {"activityDate":1781064000000,"equityCalls":329000000,"equityPuts":219000000,"equityTotal":548000000,
               "indexCalls":11900000,"indexPuts":17900000,"indexTotal":29800000,"futuresTotal":0,"occTotal":577800000}]}}
            """, statements: 4)

    static let occInterestTable = ReportFixture(
        kind: .occInterestTable, name: "daily-open-interest.csv",
        text: """
            Open Interest for June 2026
            ,Equity,,,Index/Other,,,Debt,,,Futures,OCC Total
            Date,Calls,Puts,Total,Calls,Puts,Total,Calls,Puts,Total,Total,Total
            06/11/2026,"330,000,001","220,000,002","550,000,003","12,000,000","18,000,000","30,000,000",1,2,3,"400,000","580,400,006"
            06/10/2026,"329,000,000","219,000,000","548,000,000","11,900,000","17,900,000","29,800,000",0,0,0,0,"577,800,000"

            """, statements: 4)

    static let occInterestNamed = ReportFixture(
        kind: .occInterestTable, name: "daily-open-interest-named.csv",
        text: """
            Date,Equity Calls,Equity Puts,Equity Total,Index/Other Calls,Index/Other Puts,Index/Other Total,Futures Total,OCC Total
            06/11/2026,5,7,12,1,2,3,0,15
            """, statements: 2)

    static let occVolumeTable = ReportFixture(
        kind: .occVolumeTable, name: "daily-volume-statistics.csv",
        text: """
            Contract volume
            Date,Equity,Index/Others,Debt,Futures,OCC Total
            06/11/2026,"74,382,848","5,934,450",0,"120,000","80,437,298"
            06/10/2026,"70,000,000","5,000,000",0,"110,000","75,110,000"
            Jun Total,"144,382,848","10,934,450",0,"230,000","155,547,298"
            YTD Total,"9,144,382,848","910,934,450",0,"230,000","10,055,547,298"
            """, statements: 0)

    static let occVolumeQuery = ReportFixture(
        kind: .occVolumeQuery, name: "volume-query.csv",
        text: """
            quantity,underlying,symbol,actype,porc,exchange,actdate
            101,AAPL,AAPL,C,C,CBOE,06/11/2026
            99,AAPL,AAPL,M,C,CBOE,06/11/2026
            30,AAPL,AAPL,F,P,AMEX,06/11/2026
            50,AAPL,2AAPL,M,P,AMEX,06/11/2026
            8,SPX,SPXW,C,C,CBOE,06/11/2026
            6,SPX,SPX,M,P,CBOE,06/11/2026
            """, statements: 2)

    static let cboeTotal = ReportFixture(
        kind: .cboeTotal, name: "a.csv",
        text: """
            Volume and Put/Call Ratio data is compiled for the convenience of site visitors, and of no index at all.,,,,
            , PRODUCT: TOTAL,,EXCHANGE: Cboe,
            DATE,CALLS,PUTS,TOTAL,P/C Ratio
            11/1/2006,1401036,1271445,2672481,0.91
            11/02/2006, 1348240, 1218592, 2566832, 0.9
            """, statements: 0)

    static let cboeIndex = ReportFixture(
        kind: .cboeIndex, name: "indexpcarchive.csv",
        text: """
            Trade_date,Call,Put,Total,P/C Ratio
            11/1/2006,297253,370373,667626,1.25
            11/2/2006,211699,236992,448691,1.12
            """, statements: 2)

    static let cboeDaily = ReportFixture(
        kind: .cboeDaily, name: "https://cdn.cboe.com/data/us/options/market_statistics/daily/2026-06-11_daily_options",
        text: """
            {"ratios":[{"name":"TOTAL PUT/CALL RATIO","value":"0.80"}],
             "SUM OF ALL PRODUCTS":[{"name":"VOLUME","call":10000,"put":8000,"total":18000},
                                    {"name":"OPEN INTEREST","call":"1,000,000","put":900000,"total":1900000}],
             "INDEX OPTIONS":[{"name":"VOLUME","call":3000,"put":3500,"total":6500},
                              {"name":"OPEN INTEREST","call":200000,"put":300000,"total":500000}],
             "EXCHANGE TRADED PRODUCTS":[{"name":"VOLUME","call":1,"put":2,"total":3}],
             "CBOE VOLATILITY INDEX (VIX)":[{"name":"VOLUME","call":900,"put":300,"total":1200}],
             "SPX + SPXW":[{"name":"VOLUME","call":2000,"put":3100,"total":5100},
                           {"name":"OPEN INTEREST","call":150000,"put":280000,"total":430000}],
             "OEX":[{"name":"VOLUME","call":1,"put":1,"total":2}]}
            """, statements: 7)

    static let page = ReportFixture(
        kind: .hkexReport, name: "dqe260611.htm",
        text: """
            <HTML><BODY><PRE>
            <A NAME="TOP">HKEX</A>

            STOCK OPTIONS DAILY MARKET REPORT AS AT 11 JUN 2026
            <A NAME="SUMMARY">CLASS SUMMARY</A>
            HKATS                                    TOTAL     CALL      PUT     TOTAL      CALL       PUT   IV%
            CODE UNDERLYING STOCK (SEHK CODE)       VOLUME   VOLUME   VOLUME        OI        OI        OI
            <A HREF="#TCH">TCH</A> TENCENT HOLDINGS (00700)        123,456   70,000   53,456   987,654   500,000   487,654    28
            <A HREF="#HKB">HKB</A> HSBC HOLDINGS (5)                 1,000      600      400     5,000     3,000     2,000    20
            <A HREF="#HKA">HKA</A> HSBC HOLDINGS ADJ (00005)            10        -       10        20         5        15   N/A
            <A HREF="#XCC">XCC</A> C C B (NIL)                           6        1        5         9         4         5     -
            TOTAL                                   124,472   70,601   53,871   992,683   503,009   489,674

            <A NAME="TCH">CLASS TCH - TENCENT HOLDINGS   CLOSING PRICE HK$ 501.50</A>
            21AUG26   340.00 C   1.00 1.00 1.00   1.00 +0.10 28 120 1,000 +5
            TOTAL CALL                                                                                  70,000   500,000
            </PRE></BODY></HTML>
            """, statements: 8)

    static let rows = ReportFixture(
        kind: .hkexReport, name: "dqe260611.csv",
        text: """
            "HONG KONG EXCHANGES AND CLEARING LIMITED"

            "STOCK OPTIONS DAILY MARKET REPORT AS AT 11 JUN 2026"

            "HKATS CODE","UNDERLYING","SEHK CODE","TOTAL VOLUME","CALL","PUT","TOTAL OI","CALL","PUT","IV%"
            "TCH","TENCENT HOLDINGS","(00700)","123,456",70000,53456,987654,500000,487654,28
            "HKB","HSBC HOLDINGS","(00005)",1000,600,400,5000,3000,2000,20
            "TOTAL","","",124456,70600,53856,992654,503000,489654,""

            "CLASS TCH - TENCENT HOLDINGS","CLOSING PRICE HK$ 501.50"
            "21AUG26",340.00,"C",1.00,1.00,1.00,1.00,0.10,28,120,1000,5
            """, statements: 6)

    static let stocks = ReportFixture(
        kind: .hkexSeries, name: "20250702_1_dtop_o_seoch_opt_dtl_all.raw",
        text: """
            "H","DTOP","DCASS","20250702","20250702195046","SEOCH",1
            "01","SOM","STOCK OPTIONS","TCH","30","JUL","25",500.00,10228,9406,1293,2649,76,12.40,-1.90,17131,15287,2057,3067,153,9.82,-0.27
            "01","WSO","WEEKLY STOCK OPTIONS","TCH","11","JUL","25",510.00,500,400,0,100,5,7.01,-1.48,800,700,-3,0,0,5.30,0.41
            "01","SOM","STOCK OPTIONS","HKB","30","JUL","25",95.00,7,7,0,5,1,1.40,0.00,11,11,0,3,1,0.82,0.01
            "T",3,"EOF"

            """, statements: 6)

    static let indices = ReportFixture(
        kind: .hkexSeries, name: "20250702_1_dtop_f_hkcc_opt_dtl_all.raw",
        text: """
            "H","DTOP","DCASS","20250702","20250702195046","HKCC",1
            "01","HSI","HANG SENG INDEX","HSI","30","JUL","25",24000,100,90,1,40,4,12.40,-1.90,200,150,2,60,6,9.82,-0.27
            "01","PDTB6","HANG SENG TECH INDEX","HTI","30","JUL","25",5000,10,9,1,4,4,12.40,-1.90,20,15,2,6,6,9.82,-0.27
            "01","CUR","RMB CURRENCY OPTIONS - USD/CNH","CUS","30","JUL","25",7.2,1000,9,1,4,4,12.40,-1.90,20,15,2,6,6,9.82,-0.27
            "01","NEW","MADE UP INDEX","ZZZ","30","JUL","25",7.2,1000,9,1,4,4,12.40,-1.90,20,15,2,6,6,9.82,-0.27
            "T",4,"EOF"
            """, statements: 6)

    static let plain = ReportFixture(
        kind: .plain, name: "mine.csv",
        text: """
            date,market,call_volume,put_volume,call_oi,put_oi
            2026-06-11,US_SECURITY,45658870,28723978,330000001,220000002
            2026-06-11,us-index,"2,814,003",3120447,,
            2026-06-11,HK.700,,,500000,487654
            6/10/2026,US.AAPL,10,20,30,40
            2026-06-10,hk:HSI,1,2,,
            """, statements: 7)
}

extension OptionReport {
    /// What it says of a market or an underlying on its only day, or on the one that is named.
    func count(_ subject: String, _ measure: OptionMeasure, on day: String? = nil) -> [Int64]? {
        let found = statements.filter { statement in
            statement.subject.name == subject && statement.measure == measure && (day.map { $0 == statement.day.description } ?? true)
        }
        return found.count == 1 ? [found[0].count.calls, found[0].count.puts] : nil
    }

    /// Why its rows were rejected.
    var reasons: String { rejects.map(\.reason).joined(separator: "\n") }
}
