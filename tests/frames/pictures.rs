//! The frames that the tests expect.
//!
//! When the drawing changes on purpose, read the new frame as a person would before it becomes the expected one.

/// 100×30, standing in the past.
pub const WIDE_PAST: &str = "
 lookback   ‖ 14:02:07.120   localhost:6379 memory:events   3m 12s ago  +4,120 newer         180 MB

 events/s  1,204          errors/s  9.6        ▲   latency p95  812 ms      active sessions  214
 ▇▇▃▃▂▂▅▅▄▄▆▆▄▄▆▆▃▃▅▅▂▂          ▅▄▄▆                                         ▁▁    ▂▂▃▃    ▂▂▂▂
 ██████████████████████          ████                  ▄▄▃▃▄▄▄▄▅▅▄▄▄▄▃▃▄▄   ████▇▇██████████████▇▇
 ██████████████████████   ▁▁▁▁▁▁▁████▁▁▁▁▁▁▁▁▁▁▁   ····██████████████████   ██████████████████████

━ feed all events ───────────────────────────────────────────────────────────────── 98,331 entries ─
 14:05:00.238  › message.added     sess-513d  user-12  assistant Retention is…    373 ms   148 tok │
 14:05:01.238  › message.added     sess-513d  user-12  user      How do I imp…             148 tok │
 14:05:02.238  › message.added     sess-513d  user-12  assistant naïve café: …   1139 ms   148 tok │
 14:05:03.238  › message.added     sess-513d  user-12  assistant 要約は短く: …    564 ms   148 tok ▪
 14:05:04.238  › message.added     sess-513d  user-12  user      ok, retry wi…             148 tok ▪
 14:05:05.238  ⌕ search.performed  sess-513d  user-12  “consumer groups”  3 r…    373 ms   148 tok │
 14:05:06.238  › message.added     sess-513d  user-12  user      How do I imp…             148 tok │
 14:05:07.238  › message.added     sess-513d  user-12  assistant naïve café: …   1139 ms   148 tok │
 14:05:08.238  › message.added     sess-513d  user-12  assistant 要約は短く: …    564 ms   148 tok ▪
 14:05:09.238  › message.added     sess-513d  user-12  user      ok, retry wi…             148 tok ▐
▌14:05:19.120  ✗ error.occurred    sess-598a  user-24  tool_error rate limite…   5149 ms           ▐
─ session sess-7a3f user-7  open 12m 04s  14 ms… ─┬─ errors 214 in 12 groups ───────────────────────
 +00:00  ▸ session.started   10.0.0.17 …          │ 112  tool_error        sear…   2 s ▁▁▁▅▅▅▁▁▁▁▁
 +00:05  › message.added     user  How …          │  41  tool_error        file…   9 s ██▁▁▁▁▁▁▁▁▁
 +00:07  › message.added     assistant …   2.1 s  │  33  rate_limit        rate…  14 s ▁▁▁▁▁▅▆▆▁▁▁
         ┊ 38 s idle                              │   9  context_overflow  cont…   3 m ▁▇▇▇▁▁▁▁▁▁▁

─ 13:10:02 ─────────────────────────────────────────────────────────────────────────▼──── 14:05:19 ─
 ▃▃▃▃▄▄▄▄▃▃▃▃▄▄▄▄▃▃▂▂▃▃▃▃▃▃▃▃▃▃▄▄▂▂▃▃▃▃▃▃▃▃▃▃▃▃▄▄▄▄▃▃▄┄┄┄┄┄▃▃▄▄▄▄▃▃▃▃▃▃▂▂▃▃▃▃▄▄▇▇▇▇▇▇▃▃▄▄▂▂▄▄▄▄▃▃▃▃
         ▪               ▪▪        ◆ deploy           4m gap                   ▪▪   ▲

 space play   ← → step   [ ] marker   e error   b run until   / filter   @ go to   ? help
";

/// 80×24, following.
pub const ORDINARY_NOW: &str = "
 lookback   ● LIVE   localhost:6379 memory:events           214 active   180 MB
 events/s  1,204     errors/s  9.6   ▲   latency p… 812 ms   active sessi… 214
 ██▆▆▆▆▇▇▇▇▇▇▇▇▇▇▆   ▁▁▁▁▁▆▇▇▁▁▁▁▁▁▁▁▁   ····▄▄▄▄▄▄▄▄▄▄▄▄▄   ▅▅▆▆▅▅▅▅▆▆▆▆▅▅▅▅▆
━ feed all events ───────────────────────────────────────────── 98,331 entries ─
 14:05:00.238  › message.added     sess-513d  assistant Retention i…    373 ms │
 14:05:01.238  › message.added     sess-513d  user      How do I im…           │
 14:05:02.238  › message.added     sess-513d  assistant naïve café:…   1139 ms │
 14:05:03.238  › message.added     sess-513d  assistant 要約は短く:…    564 ms ▪
 14:05:04.238  › message.added     sess-513d  user      ok, retry w…           ▪
 14:05:05.238  ⌕ search.performed  sess-513d  “consumer groups”  3 …    373 ms │
 14:05:06.238  › message.added     sess-513d  user      How do I im…           │
 14:05:07.238  › message.added     sess-513d  assistant naïve café:…   1139 ms │
 14:05:08.238  › message.added     sess-513d  assistant 要約は短く:…    564 ms ▪
 14:05:09.238  › message.added     sess-513d  user      ok, retry w…           ▐
 14:05:19.120  ✗ error.occurred    sess-598a  tool_error rate limit…   5149 ms ▐
─ session sess-7a3f user-7  open 12m 04s  14 msg  3.4k tok  1 error ────────────
 +00:00  ▸ session.started   10.0.0.17  agent/1.4
 +00:05  › message.added     user  How do I implement consumer groups?
 +00:07  › message.added     assistant  Consumer groups let several w…   2.1 s
         ┊ 38 s idle
─ 13:10:02 ────────────────────────────────────────────────────────── 14:05:19▼─
 ▃▃▃▃▄▄▄▄▃▃▃▃▄▄▄▄▃▃▂▂▃▃▃▃▃▃▃▃▃▃▄▄▂▂▃▃▃▃▃▃▃▃┄┄┄┄▄▄▄▄▃▃▄▄▃▃▄▄▃▃▄▄▇▇▇▇▇▃▃▃▂▂▃▃▃▃▄▄
       ▪            ▪▪      ◆ deploy       4m gap              ▪▪
 space pause   ← → step   [ ] marker   e error   b run until   ? help
";

/// 40×10, following.
pub const TINY_NOW: &str = "
 lookback   ● LIVE   localhost:6379 me…
━ feed all events ───── 98,331 entries ─
 14:05:00.238  › message.added     as… │
 14:05:01.238  › message.added     us… │
 14:05:02.238  › message.added     as… │
 14:05:03.238  › message.added     as… ▪
 14:05:04.238  › message.added     us… ▪
 14:05:05.238  ⌕ search.performed  “c… ▐
 14:05:19.120  ✗ error.occurred    to… ▐
 space pause   ← → step   ? help
";

/// 80×24, the table of keys.
pub const HELP: &str = "
 lookback   ● LI ━ keys ──────────────────────────────────────  active   180 MB
 events/s  1,204                                             ▐ tive sessi… 214
 ██▆▆▆▆▇▇▇▇▇▇▇▇▇   move ──────────────────────────────────── ▐ ▆▆▅▅▅▅▆▆▆▆▅▅▅▅▆
━ feed all event   j k        one row                        ▐  98,331 entries ─
 14:05:00.238  ›   g G        first, last                    ▐ on i…    373 ms │
 14:05:01.238  ›   PgUp PgDn  one page                       ▐ I im…           │
 14:05:02.238  ›   Tab        next pane                      ▐ afé:…   1139 ms │
 14:05:03.238  ›   1-5        screens                        ▐  く:…    564 ms ▪
 14:05:04.238  ›   z          zoom                           ▐ ry w…           ▪
 14:05:05.238  ⌕   Enter      detail                         ▐   3 …    373 ms │
 14:05:06.238  ›   Esc        back                           ▐ I im…           │
 14:05:07.238  ›                                             ▐ afé:…   1139 ms │
 14:05:08.238  ›   time ──────────────────────────────────── ▐  く:…    564 ms ▪
 14:05:09.238  ›   space      play or pause                  ▐ ry w…           ▐
 14:05:19.120  ✗   ← →        one event                      ▐ imit…   5149 ms ▐
─ session sess-7   ⇧← ⇧→      one second                     │ rror ────────────
 +00:00  ▸ sessi   ⌥← ⌥→      one minute                     │
 +00:05  › messa   [ ]        previous, next marker          │ groups?
 +00:07  › messa   - +        speed                          │ eral w…   2.1 s
         ┊ 38 s    @          go to a time                   │
─ 13:10:02 ─────   f          follow                         │ ────── 14:05:19▼─
 ▃▃▃▃▄▄▄▄▃▃▃▃▄▄▄                                             │ ▇▇▇▇▇▃▃▃▂▂▃▃▃▃▄▄
       ▪                                                     │ ▪▪
 space pause   ← ───────────────────────────────────────────── ? help
";

/// 80×24 in ASCII, standing in the past.
pub const ASCII: &str = r#"
 lookback   | 14:02:07.120   localhost:6379 memory:events   3m 12s ago  +4,120~
 events/s  1,204     errors/s  9.6   ^   latency p~ 812 ms   active sessi~ 214
 #################   _____###_________   ....=============   ==##====####====#
= feed all events --------------------------------------------- 98,331 entries -
 14:05:00.238  > message.added     sess-513d  assistant Retention i~    373 ms |
 14:05:01.238  > message.added     sess-513d  user      How do I im~           |
 14:05:02.238  > message.added     sess-513d  assistant na?ve caf?:~   1139 ms |
 14:05:03.238  > message.added     sess-513d  assistant ? ? ? ? ? :~    564 ms #
 14:05:04.238  > message.added     sess-513d  user      ok, retry w~           #
 14:05:05.238  ? search.performed  sess-513d  "consumer groups"  3 ~    373 ms |
 14:05:06.238  > message.added     sess-513d  user      How do I im~           |
 14:05:07.238  > message.added     sess-513d  assistant na?ve caf?:~   1139 ms |
 14:05:08.238  > message.added     sess-513d  assistant ? ? ? ? ? :~    564 ms #
 14:05:09.238  > message.added     sess-513d  user      ok, retry w~           ]
|14:05:19.120  x error.occurred    sess-598a  tool_error rate limit~   5149 ms ]
- session sess-7a3f user-7  open 12m 04s  14 msg  3.4k tok  1 error ------------
 +00:00  + session.started   10.0.0.17  agent/1.4
 +00:05  > message.added     user  How do I implement consumer groups?
 +00:07  > message.added     assistant  Consumer groups let several w~   2.1 s
         : 38 s idle
- 13:10:02 --------------------------------------------------------v- 14:05:19 -
 ----====----====--------------==--------------====--==--==--==#####---------==
       #            ##      * deploy       4m gap              ##  ^
 space play   < > step   [ ] marker   e error   b run until   / filter   ? help
"#;

/// The last two rows with a mistake in the prompt.
pub const PROMPT: [&str; 2] = [
    " filter type:error.* latency>>5s                                  1,204 matches",
    "                             ▲ a number is wanted here",
];
