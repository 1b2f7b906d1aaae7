import Config

extension Plans {
    /// The plans that come with the server.
    public static let standard: Plans = {
        var reader = PlanReader(vendors: ["aperiodic", "coinglass", "millrace", "oanor", "opend"], datasets: [], paths: nil)
        do throws(ConfigFaults) {
            return Plans(try reader.read(standardDocument.utf8))
        } catch {
            preconditionFailure(error.faults.map { $0.line(in: "the standard plans") }.joined(separator: "\n"))
        }
    }()

    /// The document that ``standard`` is read from, to begin one's own with.
    public static let standardDocument = """
        // The plans that keys can have. A file with some of its own is named with 'millrace serve --config FILE': it adds plans,
        // and replaces those of the same vendor and name. What a plan does not say is not limited.
        {
          plans: [
            // The vendor's own.
            { vendor: 'oanor', name: 'free', calls_per_second: 2, calls_per_month: 450 },
            { vendor: 'oanor', name: 'starter', calls_per_second: 6, calls_per_month: 11500 },
            { vendor: 'oanor', name: 'pro', calls_per_second: 18, calls_per_month: 68000 },
            { vendor: 'oanor', name: 'business', calls_per_second: 45, calls_per_month: 360000 },
            { vendor: 'oanor', name: 'unlimited' },

            // The names, what each opens below a minute, and that raw files are sold apart are the vendor's; its rates are not public.
            { vendor: 'aperiodic', name: 'tier1', calls_per_minute: 60, smallest_interval: '1m', raw_files: false, live_stream: false },
            { vendor: 'aperiodic', name: 'tier2', calls_per_minute: 120, smallest_interval: '1m', raw_files: false, live_stream: false },
            { vendor: 'aperiodic', name: 'tier3', calls_per_minute: 300, smallest_interval: '15s', raw_files: false, live_stream: false },
            { vendor: 'aperiodic', name: 'pro', calls_per_minute: 600, smallest_interval: '15s', raw_files: false, live_connections: 10 },
            { vendor: 'aperiodic', name: 'prime', calls_per_minute: 1200, raw_files: false, live_connections: 10 },
            { vendor: 'aperiodic', name: 'prime-raw', calls_per_minute: 1200, live_connections: 10 },
            { vendor: 'aperiodic', name: 'unlimited' },

            // The names, rates, smallest intervals and closed paths are the vendor's; it publishes no rate of its enterprise plan.
            { vendor: 'coinglass', name: 'hobbyist', calls_per_minute: 30, smallest_interval: '4h',
              closed: ['/api/futures/cvd/history', '/api/futures/volume/footprint-history'] },
            { vendor: 'coinglass', name: 'startup', calls_per_minute: 80, smallest_interval: '30m',
              closed: ['/api/futures/volume/footprint-history'] },
            { vendor: 'coinglass', name: 'standard', calls_per_minute: 300, closed: ['/api/futures/volume/footprint-history'] },
            { vendor: 'coinglass', name: 'professional', calls_per_minute: 1200 },
            { vendor: 'coinglass', name: 'enterprise' },
            { vendor: 'coinglass', name: 'unlimited' },

            { vendor: 'millrace', name: 'unlimited' },

            // The vendor's own, of each kind of statistic.
            { vendor: 'opend', name: 'standard', limits: [{ calls: 60, seconds: 30 }] },
            { vendor: 'opend', name: 'unlimited' },
          ],

          // Sets of instruments that the native API takes in the place of one, in dollars: venue=basket&symbol=btc-perps. None come with
          // the server.
          // baskets: {
          //   'btc-perps': ['binance-futures:BTCUSDT', 'bybit-linear:BTCUSDT', 'okx-perps:BTC-USDT-SWAP', 'binance-coin-futures:BTCUSD_PERP'],
          //   'btc-spot': ['binance-spot:BTCUSDT', 'bybit-spot:BTCUSDT', 'okx-spot:BTC-USDT'],
          // },
        }

        """
}
