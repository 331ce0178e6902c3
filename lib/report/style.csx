#nullable enable
// The pages' style sheet and scripts: system fonts, one column, light and dark, from a phone's width up, and printed.

public static class PageStyle
{
    public const string Css = """
        :root { --ink:#1c2127; --muted:#5b6470; --line:#e1e4e8; --paper:#fffffe; --soft:#f5f6f8; --link:#0061a1;
          --good:#00704f; --bad:#b3122a; --warn:#8a5a00; --warn-soft:#fff4d6; color-scheme:light; }
        [data-theme=dark] { --ink:#e8eaed; --muted:#9aa3af; --line:#2f353e; --paper:#15181d; --soft:#1d2128;
          --link:#6db9f2;
          --good:#45c79a; --bad:#ff7a87; --warn:#f2c14e; --warn-soft:#332a12; color-scheme:dark; }
        * { box-sizing:border-box; }
        html { -webkit-text-size-adjust:100%; scroll-behavior:smooth; }
        body { margin:0; background:var(--paper); color:var(--ink); font:16px/1.6 system-ui, -apple-system, "Segoe UI",
          Roboto, "Helvetica Neue", sans-serif; overflow-wrap:break-word; }
        main { max-width:1100px; margin:0 auto; padding:56px 32px 40px; }
        a { color:var(--link); text-underline-offset:2px; }
        header { max-width:900px; }
        .name { margin:0 0 12px; color:var(--muted); font-size:14px; }
        .name a { color:inherit; }
        h1 { margin:0; font-size:clamp(26px, 4.2vw, 40px); line-height:1.18; letter-spacing:-.018em; font-weight:680;
          text-wrap:balance; }
        .question { margin:0 0 10px; font-size:18px; color:var(--muted); text-wrap:pretty; }
        .findings { margin:24px 0 0; padding:0; max-width:900px; list-style:none; }
        .findings li { margin:0; padding:7px 0; border-top:1px solid var(--line); line-height:1.35; }
        .findings a { color:inherit; text-decoration:none; margin-right:6px; }
        .findings a:hover { color:var(--link); text-decoration:underline; }
        .more { display:flex; flex-wrap:wrap; gap:4px 24px; margin:16px 0 0; font-size:15px; }
        .formula { margin:0 0 12px; font:italic 20px/1.4 Georgia, "Times New Roman", serif; }
        .formula ~ p { margin:0 0 8px; max-width:800px; }
        .notice { margin:28px 0 0; padding:14px 18px; border-left:4px solid var(--warn); background:var(--warn-soft);
          border-radius:4px; }
        .notice b { color:var(--warn); }
        .numbers { display:grid; grid-template-columns:repeat(auto-fit, minmax(210px, 1fr)); gap:16px;
          margin:16px 0 0; }
        .numbers.verdicts { grid-template-columns:repeat(auto-fit, minmax(min(340px, 100%), 1fr)); }
        header + .numbers, .notice + .numbers { margin-top:36px; }
        .numbers > div { display:flex; flex-direction:column; align-items:flex-start; padding:18px 20px;
          background:var(--soft); border-radius:8px; }
        .label { font-size:14px; color:var(--muted); line-height:1.4; }
        .value { font-size:25px; line-height:1.3; font-weight:650; letter-spacing:-.01em;
          font-variant-numeric:tabular-nums; }
        .detail { margin-top:6px; font-size:14px; color:var(--muted); line-height:1.45; }
        .verdicts .value { font-size:32px; }
        .answer { font-size:18px; line-height:1.4; font-weight:600; }
        .conditions { width:auto; min-width:min(100%, 360px); margin:12px 0 0; border-top:1px solid var(--line); }
        .conditions td { padding:4px 12px 0 0; border:0; white-space:normal; }
        .range { white-space:nowrap; }
        .badge { display:inline-block; margin:0; vertical-align:middle; letter-spacing:0; white-space:nowrap;
          padding:0 9px; border:1px solid currentColor;
          border-radius:99px;
          font-size:13px; line-height:1.6; color:var(--muted); font-weight:500; }
        .badge.supported { color:var(--good); } .badge.contradicted { color:var(--bad); }
        .badge.depends, .badge.not-supported { color:var(--warn); }
        section { margin:56px 0 0; }
        h2 { margin:0 0 12px; font-size:21px; line-height:1.3; letter-spacing:-.01em; font-weight:650;
          text-wrap:balance; }
        figure { margin:0; }
        .chart { width:100%; overflow:hidden; }
        figcaption, .caption { margin:8px 0 12px; max-width:800px; font-size:14.5px; line-height:1.5;
          color:var(--muted); }
        dl { display:grid; grid-template-columns:minmax(120px, 200px) 1fr; gap:8px 24px; margin:0; max-width:900px; }
        dt { color:var(--muted); } dd { margin:0; min-width:0; }
        section > ul { margin:0; padding-left:20px; max-width:800px; } section li + li { margin-top:6px; }
        .links { list-style:none; padding:0 !important; color:var(--muted); }
        pre { margin:0; padding:14px 18px; background:var(--soft); border-radius:8px; overflow-x:auto; font-size:14px;
          line-height:1.5; font-family:ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
        code { font-family:inherit; user-select:all; }
        .above { display:flex; flex-wrap:wrap; align-items:flex-end; justify-content:space-between; gap:0 24px; }
        .download { margin:0 0 12px; padding:5px 14px; border:1px solid var(--line); border-radius:99px;
          background:none; color:var(--link); font:inherit; font-size:14px; cursor:pointer; white-space:nowrap; }
        .download:hover { border-color:var(--link); }
        .scroll { overflow:auto; max-height:560px; border:1px solid var(--line); border-radius:8px; }
        table { border-collapse:collapse; width:100%; font-size:14px; line-height:1.4;
          font-variant-numeric:tabular-nums; }
        th { position:sticky; top:0; background:var(--soft); text-align:left; padding:0; }
        th button { width:100%; padding:9px 12px; border:0; background:none; color:var(--muted); font:inherit;
          font-weight:600; text-align:inherit; white-space:nowrap; cursor:pointer; }
        th button::after { content:"↕"; margin-left:5px; opacity:.35; }
        th[aria-sort=ascending] button::after { content:"↑"; opacity:1; }
        th[aria-sort=descending] button::after { content:"↓"; opacity:1; }
        td { padding:7px 12px; border-top:1px solid var(--line); white-space:nowrap; }
        .n { text-align:right; }
        .whole { max-height:none; }
        .whole th { padding:9px 12px; color:var(--muted); font-weight:600; white-space:nowrap; }
        .whole tbody th { border-top:1px solid var(--line); color:var(--ink); white-space:normal; }
        .whole .words { min-width:120px; white-space:normal; }
        .whole svg { display:block; width:200px; height:20px; }
        .claim { margin:32px 0 0; scroll-margin-top:12px; } .claim p { margin:6px 0; max-width:900px; }
        .claim .scroll { margin:12px 0 0; }
        h3 { margin:0; font-size:18px; line-height:1.35; letter-spacing:-.005em; text-wrap:balance; }
        .scroll tbody tr:hover { background:var(--soft); }
        section > .index { display:grid; grid-template-columns:repeat(auto-fill, minmax(min(320px, 100%), 1fr));
          gap:18px; max-width:none; margin:0; padding:0; list-style:none; }
        section > .index li { margin:0; }
        .index a { display:flex; flex-direction:column; gap:8px; height:100%; padding:20px 22px;
          border:1px solid var(--line);
          border-radius:10px; color:inherit; text-decoration:none; }
        .index a:hover { border-color:var(--link); background:var(--soft); }
        .index svg { display:block; width:100%; height:auto; margin:0 0 6px; }
        .index strong { font-size:18px; line-height:1.35; letter-spacing:-.005em; } .index .name { margin:0; }
        .index a > span { color:var(--muted); font-size:15px; line-height:1.5; }
        .index .number { margin-top:auto; padding-top:6px; } .index .number b { color:var(--ink); font-size:17px; }
        .index .small-notice { color:var(--warn) !important; font-size:13.5px !important; }
        footer { margin:64px 0 0; padding:16px 0 0; border-top:1px solid var(--line); color:var(--muted);
          font-size:14px; }
        #theme { position:absolute; top:14px; right:14px; width:40px; height:40px; border:1px solid var(--line);
          border-radius:50%; background:var(--paper); color:var(--muted); font-size:18px; line-height:1;
          cursor:pointer; }
        :focus-visible { outline:2px solid var(--link); outline-offset:2px; }
        @media (max-width:600px) {
          main { padding:36px 18px 32px; } .question { font-size:17px; } section { margin-top:44px; }
          .name { padding-right:48px; } .numbers { grid-template-columns:1fr; gap:12px; }
          dl { grid-template-columns:1fr; gap:0; } dd { margin:0 0 12px; }
          .whole :is(td, tbody th, thead th) { padding-left:7px; padding-right:7px; }
          .whole .badge { padding:0 6px; font-size:12px; }
          .chart { margin:0 -6px; width:calc(100% + 12px); }
        }
        @media print {
          #theme, .modebar, .download { display:none !important; } main { max-width:none; padding:0; }
          body { font-size:11pt; }
          figure, .numbers > div, .index li, tr { break-inside:avoid; } h2 { break-after:avoid; }
          section { margin-top:28px; } .scroll { max-height:none; overflow:visible; border:0; }
          pre { white-space:pre-wrap; } th { position:static; } th button::after { content:none; }
          /* A table with many columns gets smaller, so that none is cut off at the margin. */
          .scroll table { font-size:9pt; }
          .scroll th button, .scroll td { padding:3px 6px; white-space:normal; }
          .scroll .n { white-space:nowrap; }
          .scroll table:has(th:nth-child(9)) { font-size:7pt; }
          .scroll table:has(th:nth-child(13)) { font-size:5.5pt; }
          .scroll table:has(th:nth-child(9)) :is(th button, td) { padding:2px 3px; }
          .scroll table:has(th:nth-child(18)) { font-size:4.5pt; }
          .scroll table:has(th:nth-child(18)) :is(th button, td) { padding:1px 2px; }
        }
        """;

    /// <summary>Rules for a reader without JavaScript: still pictures in place of the empty charts.</summary>
    public const string WithoutScript = """
        .chart, .download, #theme, th button::after { display:none; }
        figure svg { display:block; width:100%; height:auto; }
        """;

    /// <summary>Sets the theme. It runs before anything is drawn, so that a dark page is never white for a moment.
    /// </summary>
    public const string Theme = """
        const wish = matchMedia("(prefers-color-scheme: dark)");
        let chosen = null;
        try { chosen = localStorage.getItem("theme"); } catch { }
        const setTheme = dark => document.documentElement.dataset.theme = dark ? "dark" : "light";
        const isDark = () => document.documentElement.dataset.theme === "dark";
        setTheme(chosen ? chosen === "dark" : wish.matches);
        """;

    /// <summary>Draws the figures, and makes tables sortable and their data available as CSV. Another script before
    /// it declares swaps, the dark partners of the figures' colours.</summary>
    public const string Script = """
        const charts = [...document.querySelectorAll("[data-chart]")];
        const themed = (text, dark) => dark ? text.replace(/#[0-9A-Fa-f]{6}/g, c => swaps[c] ?? c) : text;
        const draw = (chart, width) => {
          const narrow = (width ?? chart.clientWidth) < 560;
          const text = chart.parentNode.querySelector("script").textContent;
          const { data, layout } = JSON.parse(themed(text, isDark()));
          if (narrow) {
            layout.font.size = 12;
            data.forEach(t => { if (t.mode?.includes("markers") && t.marker.size > 0) t.marker.size *= .75; });
            const entries = data.filter(t => t.showlegend).length;
            if (entries > 2) { layout.legend.orientation = "v"; layout.height += 20 * entries; }
            // There is no room for the words named wide; other words get smaller or take two lines, and ticks fewer.
            layout.annotations = layout.annotations?.filter(words => words.name !== "wide");
            layout.annotations?.forEach(words => words.font.size = Math.round(words.font.size * .87));
            data.filter(t => t.mode === "text").forEach(t => t.text = t.text.map(s => s.replace("   ", "<br>")));
            Object.keys(layout).filter(key => key.startsWith("xaxis")).map(key => layout[key]).forEach(axis => {
              const every = Math.ceil((axis.tickvals?.length ?? 0) / 6);
              for (const key of ["tickvals", "ticktext"]) axis[key] = axis[key]?.filter((_, i) => i % every === 0);
            });
          }
          const { picked } = chart.dataset;
          if (picked) {
            data.filter(t => t.meta).forEach(t => t.visible = t.meta === picked);
            layout.annotations.find(words => words.name === "picked").text = `<b>${picked}</b>`;
          }
          layout.width = width;
          // Scrolling by touch must not move the axes.
          const touch = matchMedia("(pointer: coarse)").matches;
          if (touch) layout.dragmode = false;
          return Plotly.react(chart, data, layout, { responsive: true, displaylogo: false,
            displayModeBar: narrow || touch ? false : "hover", modeBarButtons: [["toImage", "resetScale2d"]],
            toImageButtonOptions: { format: "svg", filename: chart.dataset.chart } });
        };
        const paint = (dark, width) => { setTheme(dark); charts.forEach(chart => draw(chart, width)); };
        paint(isDark());
        charts.forEach(chart => chart.on("plotly_click", ({ points: [{ customdata }] }) => {
          if (customdata === undefined) return;
          chart.dataset.picked = customdata;
          draw(chart);
        }));
        document.getElementById("theme").onclick = () => {
          paint(!isDark());
          try { localStorage.setItem("theme", isDark() ? "dark" : "light"); } catch { }
        };
        wish.addEventListener("change", () => paint(wish.matches));
        let before = false;
        addEventListener("beforeprint", () => { before = isDark(); paint(false, 680); });
        addEventListener("afterprint", () => { paint(before); charts.forEach(chart => Plotly.Plots.resize(chart)); });
        // a === b is asked first, since Infinity - Infinity is NaN. A missing number is the empty text.
        const order = (a, b) => a === b ? 0 : (a === "") - (b === "")
          || (isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b);
        document.querySelectorAll("th button").forEach(button => button.onclick = () => {
          const th = button.parentNode, body = th.closest("table").tBodies[0],
            up = th.getAttribute("aria-sort") !== "ascending";
          const key = row => row.cells[th.cellIndex].dataset.v ?? row.cells[th.cellIndex].textContent;
          const sign = (a, b) => a === "" || b === "" || up ? order(a, b) : order(b, a);
          th.parentNode.querySelectorAll("th").forEach(other => other.removeAttribute("aria-sort"));
          th.setAttribute("aria-sort", up ? "ascending" : "descending");
          body.append(...[...body.rows].sort((a, b) => sign(key(a), key(b))));
        });
        document.querySelectorAll(".download").forEach(button => button.onclick = () => {
          const section = button.closest("section");
          const text = cell => cell.dataset.v === "" ? "NaN" : cell.dataset.v ?? cell.textContent;
          const quoted = value => /[",\n]|^ | $/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
          const rows = [...section.querySelector("table").rows]
            .map(row => [...row.cells].map(cell => quoted(text(cell))).join(",") + "\n");
          const link = document.createElement("a");
          link.href = URL.createObjectURL(new Blob(rows, { type: "text/csv" }));
          link.download = [...location.pathname.split("/").slice(-2, -1), section.id].join("_") + ".csv";
          link.click();
          setTimeout(() => URL.revokeObjectURL(link.href), 10000);
        });
        """;
}
