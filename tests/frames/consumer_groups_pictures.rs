//! The frames of the screen of consumer groups that the tests expect.
//!
//! When the drawing changes on purpose, read the new frame as a person would before it becomes the expected one.

/// 160×45.
pub const WIDE: &str = "
 lookback   ● LIVE 14:03:50   localhost:6379 memory:events  1×  idle ≤ 2 s                            1 dashboard   2 session   3 errors   4 metrics   5 groups

─ streams 3 ─────────────────────────────────────────────────────────────────────────────────────────────────────────── looks every 1 s  9 commands in < 20 ms ─
 stream                         entries   memory     in/s    out/s     trimmed  first                               last                                groups
▌memory:events                       55    24 kB      8.0        0           5  14:00:02        1795442402000-0     14:03:50        1795442630000-0          3
 agents:{a}:log                    1.2G      n/a        0        —         n/a  70-01-02 00:00  86400000-0          70-01-03 00:00  172800000-7              1
 nothing:here                       n/a      n/a        —        —         n/a  —                                   —                                        0

━ groups 4 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
 group                      stream                consumers    pending  deliverable     lost   behind    read/s   acked/s  still to do                 done in
 audit                      memory:events                 0          0            0        0      0 s       8.0       8.0                             all done
 hostile ␛[2J\\xff           memory:events                 0        812  up to 1,204      n/a      n/a         0         0                                    —
▌workers                    memory:events                 3          5           14        2      3 s      10.0      10.0                        ▇▆      ~ 9 s
 old                        agents:{a}:log              n/a          3          n/a      n/a      n/a         —         —                                    —





─ consumers 3 ─────────────────────────────────────────────────┬─ pending 5  of workers ────────────────────────────────────────────────────────────────────────
 consumer                   pending      idle  inactive        │ added     delivered  times  consumer       entry
▌worker-1                         4    < 10 s    < 10 s        │▌14:00:10         4m      7  worker-2       deleted
 worker-2                         1        4m        8m  dead? │ 14:02:20         1m      1  worker-1       › message.added      user      How do I trim a st…
 worker-3                         0      30 s        1m        │ 14:02:30       10 s      2  worker-1       ✗ error.occurred     search timed out after 5,012…
                                                               │ 14:02:40     < 10 s      1  worker-1       › message.added      user      naïve café ␛[31mred
                                                               │ 14:02:50     < 10 s      1  worker-1       n/a
                                                               │
                                                               │
                                                               │
                                                               │
                                                               │
                                                               │
                                                               │
                                                               │
                                                               │
                                                               │
                                                               │
                                                               │
                                                               │

─ 14:00:02 ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────── 14:03:53▼─
 ▃▁▃▃▃▁▁▁▃▁▅▁▁▃▁▃▃▃▁▁▁▁▁▁▁▁▃▁▁▃▁▁▁▁▃▁▅▁▃▁▃▁▁▃▃▁▇█▅▁▁▁▁▁▁▁▁▁▁▁▁▅▁▁▃▁▃▁▁▃▁▁▁▁▁▁▁▁▁▅▁▃▁▁▁▁▁▁▅▅▁▁▁▁▁▁▁▁▅▃▁▁▁▁▁▁▁▃▅▁▅▁▁▃▁▃▁▁▁▁▁▁▁▃▁▁▁▁▃▁▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▃▁▁
                                       ▪       ▪▪▪                                                             ▪

 Enter pending   Tab pane   Esc back   ? help
";
/// 80×24.
pub const ORDINARY: &str = "
 lookback   ● LIVE 14:03:50   localhost:6379 memory:events  1×  idle ≤ 2 s
─ streams 3 ─────────────────────────── looks every 1 s  9 commands in < 20 ms ─
 stream                  entries   memory     in/s     trimmed  last           ▐
▌memory:events                55    24 kB      8.0           5  14:03:50       ▐
 agents:{a}:log             1.2G      n/a        0         n/a  70-01-03 00:00 │
━ groups 4 ─────────────────────────────────────────────────────────────────────
 group         stream        pending  deliverable     lost   behind    done in ▐
 audit         memory:ev…          0            0        0      0 s   all done ▐
 hostile ␛[2…  memory:ev…        812  up to 1,204      n/a      n/a          — ▐
▌workers       memory:ev…          5           14        2      3 s      ~ 9 s │
─ pending 5  of workers ────────────────────────────────────────────────────────
 added     delivered  times  consumer     entry
▌14:00:10         4m      7  worker-2     deleted
 14:02:20         1m      1  worker-1     › user      How do I trim a stream?
 14:02:30       10 s      2  worker-1     ✗ search timed out after 5,012 ms
 14:02:40     < 10 s      1  worker-1     › user      naïve café ␛[31mred
 14:02:50     < 10 s      1  worker-1     n/a



─ 14:00:02 ────────────────────────────────────────────────────────── 14:03:53▼─
 ▂▄▂▁▂▄▂▄▂▁▁▁▁▂▂▁▂▂▄▂▁▄▄█▂▁▁▁▁▁▄▁▄▁▂▁▁▁▁▄▂▁▁▄▄▁▁▁▄▂▁▁▁▅▄▂▂▁▁▁▂▁▁▂▁▁▂▁▁▁▁▁▁▁▁▁▂▁
                   ▪   ▪▪▪                             ▪
 Enter pending   Tab pane   Esc back   ? help
";
/// 50×12.
pub const SMALL: &str = "
 lookback   ● LIVE 14:03:50   1×  idle ≤ 2 s
━ groups 4 ───────────────────────────────────────
 group     stream    pending  deliverable    lost
 audit     memor…          0            0       0
 hostile…  memor…        812  up to 1,204     n/a
▌workers   memor…          5           14       2
 old       agent…          3          n/a     n/a


─ 14:00:02 ──────────────────────────── 14:03:53▼─
 ▃▃▂▃▄▂▁▁▃▁▃▃▂▃█▁▁▁▃▂▂▂▁▁▄▁▂▄▁▃▂▁▃▄▃▁▁▂▂▁▂▁▁▁▁▁▁▂
 Enter pending   Tab pane   Esc back   ? help
";
/// 120×36, with a pending entry open.
pub const ENTRY: &str = "
 lookback   ● LIVE 14:03:50   localhost:6379 memory:events  1×  idle ≤ 2 s                     1   2   3   4   5 groups

─ streams 3 ─────────────────────────────────────────────────────────────────── looks every 1 s  9 commands in < 20 ms ─
 stream                         entries   memory     in/s    out/s     trimmed  first           last            groups ▐
▌memory:events                       55    24 kB      8.0        0           5  14:00:02        14:03:50             3 ▐
 agents:{a}:log                    1.2G      n/a        0        —         n/a  70-01-02 00:00  70-01-03 00:00       1 │
─ groups 4 ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
 group                   stream           consumers    pending  deliverable     lost   behind  still to do     done in
 audit                   memory:events            0          0            0        0      0 s                 all done
 hostile ␛[2J\\xff        memory:events            0        812  up to 1,204      n/a      n/a                        —
▌workers                 memory:events            3          5           14        2      3 s             ▇      ~ 9 s
 old                     agents:{a}:log         n/a          3          n/a      n/a      n/a                        —


━ pending 5  of workers ───────────────────────────────────┬─ entry 1795442550000-0 ──── v event · fields · json · hex ─
 added     delivered  times  consumer  entry               │  type              error.occurred
 14:00:10         4m      7  worker-2  deleted             │  time              2026-11-23 14:02:30.000 +00:00  (by i…
 14:02:20         1m      1  worker-1  › user      How do… │  latency           5.0 s
▌14:02:30       10 s      2  worker-1  ✗ search timed out… │  message           search timed out after 5,012 ms
 14:02:40     < 10 s      1  worker-1  › user      naïve … │  stream            memory:events
 14:02:50     < 10 s      1  worker-1  n/a                 │
                                                           │
                                                           │
                                                           │
                                                           │
                                                           │
                                                           │
                                                           │
                                                           │
                                                           │

─ 14:00:02 ────────────────────────────────────────────────────────────────────────────────────────────────── 14:03:53▼─
 ▃▁▅▃▁▁▃▃▃▁▃▃▃▃▁▁▁▁▁▃▁▃▁▁▁▃▃▃▃▁▃▁▃▃▇█▅▁▁▁▁▁▁▁▁▃▃▁▃▃▁▁▃▁▁▁▁▁▁▅▃▁▁▁▁▁▅▅▁▁▁▁▁▅▃▁▁▁▁▁▃▅▅▁▃▃▁▁▁▁▁▃▁▁▁▃▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▃▁▁
                             ▪     ▪▪▪                                             ▪

 Enter close   v form   Tab pane   Esc back   ? help
";
/// 80×24, before a group is destroyed.
pub const CONFIRM: &str = "
 lookback   ● LIVE 14:03:50   localhost:6379 memory:events  1×  idle ≤ 2 s
─ streams 3 ─────────────────────────── looks every 1 s  9 commands in < 20 ms ─
 stream                  entries   memory     in/s     trimmed  last           ▐
▌memory:events                55    24 kB      8.0           5  14:03:50       ▐
 agents:{a}:log             1.2G      n/a        0         n/a  70-01-03 00:00 │
━ groups 4 ─────────────────────────────────────────────────────────────────────
 group         stream        pending  deliverable     lost   behind    done in ▐
 audit         memory:ev…          0            0        0      0 s   all done ▐
 hostile ␛[2…  memory:ev…        812  up to 1,204      n/a      n/a          — ▐
▌workers       memory:ev…          5           14        2      3 s      ~ 9 s │
─ pending 5  of workers ────────────────────────────────────────────────────────
 added     delivered  times  consumer     entry
▌14:00:10         4m      7  worker-2     deleted
 14:02:20         1m      1  worker-1     › user      How do I trim a stream?
 14:02:30       10 s      2  worker-1     ✗ search timed out after 5,012 ms
 14:02:40     < 10 s      1  worker-1     › user      naïve café ␛[31mred
 14:02:50     < 10 s      1  worker-1     n/a

 ━ this cannot be taken back ───────────────────────────────── localhost:6379 ─
  destroy group workers of memory:events with 3 consumers and 5 pending
  entries: its place in the stream is forgotten; the stream keeps its entries
 ──────────────────────────────────────────────────────────────────────────────
 type it
         type workers and Enter to do it, Esc leaves it
";
