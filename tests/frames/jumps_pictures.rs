//! The frames of `jumps.rs`.

pub const COMMANDS: &str = "
 lookback   ● LIVE 22:13:28   localhost:6379 memory:events  1×  idle ≤ 2 s
 events/s  0.03      errors/s  0.02      p95  —              active  2
 ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█   ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█   ·················   ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█
━ feed all events ────────────────────────────────────────────────── 9 entries ─
 22:13:20  ▸ session.start…  s1
 22:13:21  ✗ error.occurred  s1             tool_error timeout after 3,000 ms…
 22:13:22  ✗ error.occurred  s1             tool_error timeout after 12 s at …
 22:13:23  ✗ error.occurred  s2             lookup no such key 'a'
 22:13:24  ✗ error.occurred  s2             lookup no such key 'b'
 22:13:25  ✗ error.occurred                 rate timeout after 9 ms at /tools…
 ━ commands ────────────────────────────────────────────────────────────── 12 ─
  sessions                                                                 l  ▐
 ▌session screen                                                           2  ▐
  session screen: compare with the last bookmark, or stop                  d  ▐
  end of this session                                                      }  ▐
  start of this session                                                    {  ▐
  only this session, or all again                                          o  ▐
  close what is open, drop the filter, go back to screen 1               Esc  ▐
  groups: destroy this group                                               X  ▐
  groups: forget this consumer                                             F  │
  metrics: time of ids or of events                                        a  │
 ──────────────────────────────────────────────────────────────────────────────
 command sess
         Enter runs it, ↑ ↓ choose, Esc goes back
";
pub const ALL_COMMANDS: &str = "
 ━ commands ────────────────────────────────────────────────────────────── 69 ─ │      2  tool_error         timeout after ‹n› at ‹path›     6 s  ▁▁▁▁▁▁▁▁▁▁▁▄
 ▌pause, or play from here                                             space  ▐ │      1  message.added                                      0 s  ▁▁▁▁▁▁▁▁▁▁▁▂
  one event back                                                           ←  ▐ │      1  rate               timeout after ‹n› at ‹path›     3 s  ▁▁▁▁▁▁▁▁▁▁▁▂
  one event on                                                             →  │ │
  one second back                                                         ⇧←  │ │
  one second on                                                           ⇧→  │ │
  one minute back                                                         ⌥←  │ │
  one minute on                                                           ⌥→  │ │
  next error                                                               e  │ │
  error before                                                             E  │ │
  marker before                                                            [  │
  next marker                                                              ]  │ ───────────────────────────────────────────────────────────────────── 22:13:28▼─
  next spike                                                               s  │ ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▆▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▆▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▆▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▆
 ──────────────────────────────────────────────────────────────────────────────                    ▪
 command
         Enter runs it, ↑ ↓ choose, Esc goes back
";

pub const UNTIL: &str = "
 run until is:error                          next in 1.0 s   6 ahead   0 behind
           Enter goes to the next match, ↑ to the one before; n N again later
";
pub const UNTIL_LIVE: &str = "
 run until is:error                                                                                                          last 0 ms ago   0 ahead   6 behind
           Enter goes to the next match, ↑ to the one before; n N again later
";
pub const MARKER: &str = "
 error
";
