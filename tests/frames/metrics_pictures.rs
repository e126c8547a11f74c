//! The frames of the metrics screen that the tests expect.
//!
//! When the drawing changes on purpose, read the new frame as a person would before it becomes the expected one.

/// 160×45, five minutes.
pub const CHARTS: &str = "
 lookback   ● LIVE 14:03:50   localhost:6379 memory:events  1×  idle ≤ 2 s                            1 dashboard   2 session   3 errors   4 metrics   5 groups

━ metrics  1m 5m 15m 1h all   id time ─────────────────────────────────────────────────────────────────────────────────── 13:58:50 – 14:03:50  a column 10.0 s ─
 events 55  0.18/s   errors 11  20 %   latency p50 1.5 s p95 4.5 s p99 5.2 s max 5.2 s   tokens 457  91.4/min
 sessions 4  1 active  1 open  3 ended  4 began, 3 ended   turn p50 2.9 s p95 26.3 s p99 26.3 s max 26.3 s   pipeline —   a session 13.2  events in 5195d 03h

 events/s  0.18                                       errors/s  20 %                                       latency  • p50 1.5 s ━ p95 4.5 s + p99 5.2 s
      1                                                    1                                                 10 s
                           ██                                                   ██                                                   ━━ ━━
                           ██                                                   ██                                         ━━ •• ••━ ••             •
                           ██                                                   ██                            1 s                   ━   ••  •••━━
   0.50                    ██           ██              0.50                    ██                                                             ••
                           ██           ██                                      ██
                 ██ ██   █ ██ ██    █   ██                                      ██                         100 ms            •     •       •      ━━
                 █████   ████ ██    ███ ██                                      ██                                         ••       •             ••
                 █████ ██████ ██ █  ███ ██                                      ██
      0 ▁▁▁▁▁▁▁▁▁█████▁██████▁█████████▁███████▁▁▁··       0 ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁██▁▁▁▁▁▁▁▁▁▁▁██▁▁▁▁▁▁▁▁··   10 ms ··· ·· ··     ·      ·  ·      ·   ·· ·· ··
        13:58:50             14:01:20       14:03:50         13:58:50             14:01:20       14:03:50         13:58:50             14:01:20       14:03:50
 active sessions  1                                   tokens/min  91                                       latency, how many  ░▒▓█ more
      4                                                 1.0k                       ▁▁                        10 s
                                                                                   ██                                                ██ ▒▒
                         ▄▄▄▄▄▄▄       ▄▄▄▄                                        ██                                      ▒▒ ▓▓ ▒▒▒ ██             ▒
                         ███████       ████                                        ██                         1 s                       ▒▒  ▒▒▒▒▒
      2                  ███████       ████              500                       ██                                               ▒          ▒▒
                   █████████████████████████                                       ██
                   █████████████████████████                             ▃▃        ██                      100 ms            ▒                    ▒▒
                 ▄▄█████████████████████████▄▄▄▄▄▄▄▄                  ▁▁ ██        ██                                      ▒▒ ▒▒   ▒▒      ▒
                 ███████████████████████████████████                  ██▁██ ██ ▇   ██  ▁▁▅▁▁ ▃▃▂                                                  ▒▒
      0 ▁▁▁▁▁▁▁▁▁███████████████████████████████████       0 ▁▁▁▁▁▁▁▁▁█████▁██▆█▁▁▁██▁▄█████▁███▁▁▁▁▁▁▁··   10 ms
        13:58:50             14:01:20       14:03:50         13:58:50             14:01:20       14:03:50         13:58:50             14:01:20       14:03:50
─ types 11 ───────────────────────────────── 1 – 8 ─┬─ users 4 ──────────────────────────────────────────┬─ sessions 4 ─────────────────────────────────────────
 message.added                 23   42 %  ━━━━━━    │ user-1                        18   35 %  ━━━━━━    │ sess-4f1c                      19   36 %  ━━━━━━━
 error.occurred                11   20 %  ━━━       │ user-3                        14   27 %  ━━━━━     │ sess-9be3                      15   28 %  ━━━━━╸
 search.performed               7   13 %  ━━        │ user-2                        12   24 %  ━━━━      │ sess-7a20                      12   23 %  ━━━━╸
 session.started                4  7.3 %  ━         │ user-4                         7   14 %  ━━╸       │ sess-c05d                       7   13 %  ━━━
 session.ended                  3  5.5 %  ━         │                                                    │
 agent.heartbeat                2  3.6 %  ╸         │                                                    │
 attachment.added               1  1.8 %  ╸         │                                                    │
 memory.cleared                 1  1.8 %  ╸         │                                                    │

─ 14:00:02 ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── 14:03:50▼─
 ▃▁▁▅▁▃▁▁▃▁▃▃▁▃▁▃▃▃▁▁▁▁▁▁▁▁▁▃▁▃▁▁▁▁▃▁▃▃▃▁▃▁▁▁▃▃▁▇█▅▁▁▁▁▁▁▁▁▁▁▁▁▃▃▁▁▃▃▁▁▁▃▁▁▁▁▁▁▁▁▃▃▃▁▁▁▁▁▁▃▃▅▁▁▁▁▁▁▁▃▃▃▁▁▁▁▁▁▁▃▅▁▅▁▁▃▁▃▁▁▁▁▁▁▁▃▁▁▁▁▃▁▁▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▃
                                       ▪        ▪▪▪                                                              ▪

 space pause   ← → step   e E error   d compare   / filter   @ go to   Enter feed   Tab pane   W window   p patterns   a clock   ? help
";
/// 80×24, all.
pub const ORDINARY: &str = "
 lookback   ● LIVE 14:03:50   localhost:6379 memory:events  1×  idle ≤ 2 s
━ metrics  1m 5m 15m 1h all   id time ─── 14:00:02 – 14:03:50  a column 10.0 s ─
 events 55  0.24/s   errors 11  20 %
 latency p50 1.5 s p95 4.5 s p99 5.2 s max 5.2 s   tokens 457  120/min
 sessions 4  1 active  1 open  3 ended  4 began, 3 ended
 events/s  0.24                          errors/s  20 %
      1          ▆                            1          ▆
   0.50 ▄ ▂   ▂  █ ▂    ▂▂  ▆              0.50          █
      0 █▇█▁▁▅█▇▇█▁█▂▂▅▂██▇▁█▂▂▂▂▂▂▁▁··       0 ▁▁▁▁▁▁▂▁▁█▁▁▁▁▁▁▁▁▁▁▂▁▁▁▁▁▁▁▁··
        14:00:00               14:03:50         14:00:00               14:03:50
 latency  • p50 1.5 s ━ p95 4.5 s + p9…  active sessions  1
   10 s   ━  •━  • ━                          4       ▂▂▂▂▂▂       ▂▂▂▂
    1 s ━••   •━━  •  ••••• ━••               2  ▄▄▄▄▄██████▄▄▄▄▄▄▄████▄
  10 ms •  ·   •• · ·      ·•  ··· ···        0 ▆███████████████████████▆▆▆▆▆▆▆
        14:00:00               14:03:50         14:00:00               14:03:50
─ types 11 ───────────────────────────────────────────────────────────── 1 – 4 ─
 message.added                     23   42 %  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
 error.occurred                    11   20 %  ━━━━━━━━━━━━━━╸
 search.performed                   7   13 %  ━━━━━━━━━╸
 session.started                    4  7.3 %  ━━━━━╸
─ 14:00:02 ────────────────────────────────────────────────────────── 14:03:50▼─
 ▂▄▂▁▂▄▂▂▄▁▁▁▁▂▂▁▁▂▄▂▂▂▂█▅▁▁▁▁▁▂▂▂▂▁▂▁▁▁▂▄▁▁▁▄▄▁▁▁▄▂▁▁▁▅▄▂▂▁▁▁▂▁▁▂▁▁▂▁▁▁▁▁▁▁▁▁▂
                    ▪   ▪▪                              ▪
 space pause   ← → step   e E error   d compare   / filter   @ go to   ? help
";
/// 50×12.
pub const SMALL: &str = "
 lookback   ● LIVE 14:03:50   1×  idle ≤ 2 s
━ metrics  1m 5m 15m 1h all   id time ────────────
 events 55  0.06/s   errors 11  20 %
 latency p50 1.5 s p95 4.5 s p99 5.2 s max 5.2 s
 tokens 457  30.5/min




─ 14:00:02 ──────────────────────────── 14:03:50▼─
 ▃▃▂▃▃▃▁▁▂▂▂▄▂▃█▂▁▁▂▂▃▂▁▁▃▂▁▅▁▁▄▁▁▄▃▃▁▁▂▂▁▂▁▁▁▁▁▂
 space pause   ← → step   e E error   ? help
";
/// 160×45, with patterns.
pub const PATTERNS: &str = "
 lookback   ● LIVE 14:03:50   localhost:6379 memory:events  1×  idle ≤ 2 s                            1 dashboard   2 session   3 errors   4 metrics   5 groups

━ metrics  1m 5m 15m 1h all   id time ─────────────────────────────────────────────────────────────────────────────────── 14:00:02 – 14:03:50  a column 10.0 s ─
 events 55  0.24/s   errors 11  20 %   latency p50 1.5 s p95 4.5 s p99 5.2 s max 5.2 s   tokens 457  120/min
 sessions 4  1 active  1 open  3 ended  4 began, 3 ended   turn p50 2.9 s p95 26.3 s p99 26.3 s max 26.3 s   pipeline —   a session 13.2  events in 5195d 03h

 events/s  0.24                                       errors/s  20 %                                       latency  • p50 1.5 s ━ p95 4.5 s + p99 5.2 s
      1                                                    1                                                 10 s
                    ██                                                   ██                                                   ━━  ━━
                    ██                                                   ██                                       ━  ••  ••━━ ••                 ••
                    ██                                                   ██                                   1 s            ━    ••    •••━━
   0.50 ▁           ██               ██                 0.50             ██                                                                ••
        █           ██               ██                                  ██
        █  ██    ██ ██  ██     ██    ██                                  ██                                100 ms  ••      ••         ••       ━━
        █████    █████  ██     ████  ██                                  ██                                       •          •                 ••
        █████  ███████  ██  ██ ████  ██                                  ██
      0 █████▁▁███████▁▁███████████▁▁█████████▁▁▁▁··       0 ▁▁▁▁▁▁▁▁▁██▁██▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁██▁▁▁▁▁▁▁▁▁▁▁··   10 ms      ·        ·   ·        ·     ·· · · · ·
        14:00:00              14:02:00      14:03:50         14:00:00              14:02:00      14:03:50         14:00:00              14:02:00      14:03:50
 active sessions  1                                   tokens/min  120                                      latency, how many  ░▒▓█ more
      4                                                 1.0k                 ▁▁                              10 s
                                                                             ██                                               ██  ▒▒
                 ▄▄▄▄▄▄▄▄▄         ▄▄▄▄▄▄                                    ██                                   ▒  ▓▓  ▒▒▒▒ ██                 ▒▒
                 █████████         ██████                                    ██                               1 s                 ▒▒    ▒▒▒▒▒
      2          █████████         ██████                500                 ██                                              ▒             ▒▒
         █████████████████████████████████                                   ██
         █████████████████████████████████                      ▃▃           ██                            100 ms  ▒▒                          ▒▒
        ▄█████████████████████████████████▄▄▄▄▄▄▄▄▄▄         ▆  ██           ██                                   ▒  ▒▒    ▒▒▒        ▒▒
        ████████████████████████████████████████████         █▁▁██  ██  ▇    ██    ▁▅▅▁▁  ▃▃▂▂                                                 ▒▒
      0 ████████████████████████████████████████████       0 █████▁▁██▆▆█▁▁▁▁██▁▁▄▄█████▁▁████▁▁▁▁▁▁▁▁▁··   10 ms
        14:00:00              14:02:00      14:03:50         14:00:00              14:02:00      14:03:50         14:00:00              14:02:00      14:03:50
─ what follows what  count, share, median gap ────────┬─ rare paths  at most 2 % go on so ───────────────────┬─ when  by hour, the busiest named, and by week… ─
 message.added → search.perfo…      7  32 %  752 ms   │                                                      │ 0–24     14:00        ▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁
 error.occurr… → error.occurr…      6  55 %   1.3 s   │                                                      │ Mon         54  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
 message.added → message.added      6  27 %   3.6 s   │                                                      │ Tue          0
 error.occurr… → message.added      4  36 %  18.3 s   │                 no path is rare here                 │ Wed          0
 search.perfo… → message.added      4  57 %   2.2 s   │                                                      │ Thu          1  ╸
 session.star… → message.added      4 100 %   2.6 s   │                                                      │ Fri          0
 message.added → session.ended      3  14 %  42.0 s   │                                                      │ Sat          0
 search.perfo… → error.occurr…      3  43 %   2.4 s   │                                                      │ Sun          0

─ 14:00:02 ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── 14:03:50▼─
 ▃▁▁▅▁▃▁▁▃▁▃▃▁▃▁▃▃▃▁▁▁▁▁▁▁▁▁▃▁▃▁▁▁▁▃▁▃▃▃▁▃▁▁▁▃▃▁▇█▅▁▁▁▁▁▁▁▁▁▁▁▁▃▃▁▁▃▃▁▁▁▃▁▁▁▁▁▁▁▁▃▃▃▁▁▁▁▁▁▃▃▅▁▁▁▁▁▁▁▃▃▃▁▁▁▁▁▁▁▃▅▁▅▁▁▃▁▃▁▁▁▁▁▁▁▃▁▁▁▁▃▁▁▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▃
                                       ▪        ▪▪▪                                                              ▪

 space pause   ← → step   e E error   d compare   / filter   @ go to   Enter feed   Tab pane   W window   p lists   a clock   ? help
";
/// 120×40, in the past.
pub const COMPARED: &str = "
  ‖ 14:02:51.016   event 51 of 55 loaded  1×  idle ≤ 2 s  58 s ago  +4 newer                  1   2   3   4 metrics   5

━ metrics  1m 5m 15m 1h all   id time ──────────────────────────────────────────── 14:01:51 – 14:02:51  a column 2.0 s ─
 events 17  0.28/s   errors 1  5.9 %   latency p50 640 ms p95 1.7 s p99 1.7 s max 1.7 s   tokens 116  116/min
 sessions 3  3 active  1 open  2 truncated  1 began, 0 ended   turn p50 2.1 s p95 3.1 s p99 3.1 s max 3.1 s

 events/s  0.28                          errors/s  5.9 %                         latency  • p50 640 ms ━ p95 1.7 s + p…
      1     █       █     █      ██   ▇       2                                    10 s
            █       █     █      ██   █
            █       █     █      ██   █                                             1 s      •      •      •          •
   0.50     █       █     █      ██   █       1                                                           •
            ██    ███     ██     ███ ██                                                                           ━
            ██    ███     ██     ███ ██                                          100 ms     •
            ██    ███     ██     ███ ██                                   █                                       •
      0 ▁▁▁▁██▁▁▁▁███▁▁▁▁▁██▁▁▁▁▁███▁██       0 ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁   10 ms ····  ······ ·····  ······ ···
        14:01:50               14:02:50         14:01:50               14:02:50         14:01:50               14:02:50
 active sessions  3                      tokens/min  116                         latency, how many  ░▒▓█ more
      4                                    2.0k                                    10 s

                                ███████                                             1 s      █      █      █          █
      2                         ███████    1.0k                               █                           █
        ███████████████████████████████                                       █
        ███████████████████████████████              ▂                        █  100 ms     █                     █
        ███████████████████████████████             ▁█    ▄ ▆      ▄     ▄   ▂█                                   █
      0 ███████████████████████████████       0 ▁▁▁▁██▁▁▁▁█▁█▁▁▁▁▁▆█▁▁▁▁▁█▁▁▁██   10 ms
        14:01:50               14:02:50         14:01:50               14:02:50         14:01:50               14:02:50
─ this window against the one before  1m 00s each ──────────────────────────────────────────────────────────────────────
                         before          now     change   more than chance?
 events                    21.0         17.0      -19 %   too little to tell
 errors                    10.0          1.0      -90 %   too little to tell
 error rate                48 %        5.9 %      -88 %   too little to tell
 tokens                     196          116      -41 %   too little to tell
 sessions                   3.0          3.0       +0 %   too little to tell
 sessions started           1.0          1.0       +0 %   too little to tell

─ 14:00:02 ─────────────────────────────────────────────────────────────────────────────▼──────────────────── 14:03:50 ─
 ▃▁▅▃▁▁▃▁▅▁▃▃▃▃▁▁▁▁▁▁▃▁▃▁▁▁▃▅▁▃▃▁▁▅▁██▃▁▁▁▁▁▁▁▁▃▃▁▃▃▁▁▃▁▁▁▁▁▁▅▃▁▁▁▁▁▅▅▁▁▁▁▁▃▅▁▁▁▁▁▃▅▅▁▁▃▃▁▁▁▁▁▃▁▁▁▃▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▃
                              ▪     ▪▪▪                                           ▸ ▪   ▲

 space play   ← → step   e E error   d lists   / filter   @ go to   f follow   Enter feed   Tab pane   ? help
";
