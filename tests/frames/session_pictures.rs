//! The frames of the session screen that the tests expect.
//!
//! When the drawing changes on purpose, read the new frame as a person would before it becomes the expected one.

/// 140×36, on an error.
pub const BESIDE: &str = "
 lookback   ‖ 22:14:51.000  memory:events  event 10 of 15 loaded  1×  idle ≤ 2 s  8 s ago  +5 newer               1   2 session   3   4   5

━ session s1 ada  open 1m 31s ───────────────────────────────────────── event 10 of 15 ┬─ state at event 10 ──────────────── changed by it ─
 offset       event                                            latency  tokens    turn │  user           ada
 +00:00     ▸ session.started                                                          │  status         open
 +00:05   ┌ › message.added     user      How do I implement…                9         │  started        22:13:20.000
 +00:07   └ › message.added     assistant They let several w…    2.1 s      38   2.1 s │  ended          —
            ┊ 38.0 s idle                                                              │  messages       6       assistant 3 · human 1 · …
 +00:45     ⌕ search.performed  “consumer groups”  3 results     84 ms                 │  tokens         47
            ┊ 35.0 s idle                                                              │  searches       1
 +01:20   ┌ › message.added     human     Show me the failin…                          │  last query     consumer groups
 +01:25   │ ✗ error.occurred    tool_error search timed out …                          │  summaries      0
 +01:26   │ › message.added     tool      nothing                                      │▌ errors         2       was 1
 +01:26   └ › message.added     assistant The tool did not a…   900 ms           6.5 s │▌ last error     tool_error  search timed out aft…
 +01:27     › message.added     assistant I try again.                                 │  memory cleared 0
▌+01:31     ✗ error.occurred    tool_error search timed out …                          │▌ last activity  22:14:51.000  was 22:14:47
 +01:35     › message.added     user      Hello?                                       │  other types    0
 +01:36     › message.added     user      Are you there?                               │
 +01:36     › message.added     user      Are you there?                               │─ entry 1700000091000-0 ────────────────── v event ─
 +01:37     · cache.warmed      size=3                                                 │  type              error.occurred                 ▐
 +01:39     ✗ error.occurred    out of memory                                          │  session           s1                             ▐
                                                                                       │  user              ada                            ▐
                                                                                       │  time              2023-11-14 22:14:51.000 +00:00 ▐
                                                                                       │  error             tool_error                     ▐
                                                                                       │  message           search timed out after 5,044 m ▐
                                                                                       │                    s                              ▐
                                                                                       │  stream            memory:events                  ▐
                                                                                       │                                                   ▐
                                                                                       │  id                evt-91000                      ▐
                                                                                       │  timestamp         1700000091                     │

─ 22:13:20 this session ──────────────────────────────────────────────────────────────────────────────────────────────────────▼── 22:14:59 ─
 ▃▁▁▁▁▁▃▁▁▃┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▃┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▃▁▁▁▁▁▁▃▁▅▃▁▁▁▁▃▁▁▁▁▁▃▅▁▃▁▁▃
                                   38 s                                              35 s                             ▪       ▲           ▪

 space play   ← → step   e E error   { } start, end   d compare   @ go to   f follow   Enter entry   v form   Tab pane   Esc back   ? help
";
/// 80×24, on the error before it.
pub const STACKED: &str = "
 lookback   ‖ 22:14:45.000   event 6  1×  idle ≤ 2 s  14 s ago  +9 newer
━ session s1 ada  open 1m 25s ────────────────────────────────── event 6 of 15 ─
 offset       event                                    latency  tokens    turn ▐
 +00:00     ▸ session.started                                                  ▐
 +00:05   ┌ › message.added     user      How do I i…                9         ▐
 +00:07   └ › message.added     assistant They let s…    2.1 s      38   2.1 s ▪
            ┊ 38.0 s idle                                                      │
 +00:45     ⌕ search.performed  “consumer groups”  3…    84 ms                 │
            ┊ 35.0 s idle                                                      ▪
 +01:20   ┌ › message.added     human     Show me th…                          │
▌+01:25   │ ✗ error.occurred    tool_error search ti…                          │
 +01:26   │ › message.added     tool      nothing                              ▪
─ state at event 6 ───────────────────────────────────────────── changed by it ─
   user           ada                    last query     consumer groups
   status         open                   summaries      0
   started        22:13:20.000         ▌ errors         1       was 0
   ended          —                    ▌ last error     tool_error  search …
   messages       3       assistant 1…   memory cleared 0
   tokens         47                   ▌ last activity  22:14:45.000  was 2…
   searches       1                      other types    0
─ 22:13:20 this session ───────────────────────────────────────────▼─ 22:14:59 ─
 ▃▁▁▃▁▃┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▃┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▃▁▁▁▅▅▁▁▃▁▁▃▅▃▁▃
                   38 s                         35 s               ▲   ▪      ▪
 space play   ← → step   e E error   { } start, end   d compare   ? help
";
/// 40×12, following.
pub const TINY: &str = "
  ● LIVE 22:14:59   1×  idle ≤ 2 s
━ session s1 ada  op… ─ event 15 of 15 ─
 +01:27     › message.added   assista… │
 +01:31     ✗ error.occurred  tool_er… │
 +01:35     › message.added   user   … ▪
 +01:36     › message.added   user   … │
 +01:36     › message.added   user   … ▪
 +01:37     · cache.warmed    size=3   ▐
 +01:39     ✗ error.occurred  out of … ▪
─ 22:13:20 this session ───── 22:14:59▼─
 ▃▃▃┄┄┄┄┄┄┄┄┄┄┄┄┄▃┄┄┄┄┄┄┄┄┄┄┄┄▃▁▃▇▁▃▇▃▃
 space pause   ← → step   ? help
";
/// 140×36, compared with the search.
pub const COMPARED: &str = "
 lookback   ‖ 22:14:47.000  memory:events  event 9 of 15 loaded  1×  idle ≤ 2 s  12 s ago  +6 newer               1   2 session   3   4   5

━ session s1 ada  open 1m 27s ────────────────────────────────────────── event 9 of 15 ┬─ state at event 9 ─── ◆ against event 4, 22:14:05 ─
 offset       event                                            latency  tokens    turn │  user           ada
 +00:00     ▸ session.started                                                          │  status         open
 +00:05   ┌ › message.added     user      How do I implement…                9         │  started        22:13:20.000
 +00:07   └ › message.added     assistant They let several w…    2.1 s      38   2.1 s │  ended          —
            ┊ 38.0 s idle                                                              │▌ messages       6       was 2  assistant 3 · hum…
 +00:45   ◆ ⌕ search.performed  “consumer groups”  3 results     84 ms                 │  tokens         47
            ┊ 35.0 s idle                                                              │  searches       1
 +01:20   ┌ › message.added     human     Show me the failin…                          │  last query     consumer groups
 +01:25   │ ✗ error.occurred    tool_error search timed out …                          │  summaries      0
 +01:26   │ › message.added     tool      nothing                                      │▌ errors         1       added
 +01:26   └ › message.added     assistant The tool did not a…   900 ms           6.5 s │▌ last error     tool_error  added  search timed …
▌+01:27     › message.added     assistant I try again.                                 │  memory cleared 0
 +01:31     ✗ error.occurred    tool_error search timed out …                          │▌ last activity  22:14:47.000  was 22:14:05
 +01:35     › message.added     user      Hello?                                       │  other types    0
 +01:36     › message.added     user      Are you there?                               │
 +01:36     › message.added     user      Are you there?                               │─ entry 1700000087000-0 ────────────────── v event ─
 +01:37     · cache.warmed      size=3                                                 │  type              message.added
 +01:39     ✗ error.occurred    out of memory                                          │  session           s1
                                                                                       │  user              ada
                                                                                       │  role              assistant
                                                                                       │  time              2023-11-14 22:14:47.000 +00:00
                                                                                       │  stream            memory:events
                                                                                       │
                                                                                       │  id                evt-87000
                                                                                       │  timestamp         1700000087
                                                                                       │  content           I try again.
                                                                                       │

─ 22:13:20 this session ─────────────────────────────────────────────────────────────────────────────────────────────────▼─────── 22:14:59 ─
 ▃▁▁▁▁▁▃▁▁▃┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▃┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▃▁▁▁▁▁▁▃▁▅▃▁▁▁▁▃▁▁▁▁▁▃▅▁▃▁▁▃
                                   38 s                        ◆                     35 s                             ▪  ▲    ▪           ▪

 space play   ← → step   e E error   { } start, end   d stop comparing   @ go to   f follow   Enter entry   v form   Tab pane   ? help
";
