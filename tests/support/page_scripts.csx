#nullable enable

/// <summary>What is asked of a page from inside it. Each answers with a list of what is wrong.</summary>
public static class Scripts
{
    // How many traces Plotly draws of a figure's JSON: those that have points or cells.
    public const string Faults = """
        dark => {
          const faults = [], width = innerWidth;
          const charts = [...document.querySelectorAll("[data-chart]")];
          if (document.documentElement.dataset.theme !== (dark ? "dark" : "light"))
            faults.push(`not in ${dark ? "dark" : "light"}`);
          const paper = getComputedStyle(document.body).backgroundColor;
          if (document.documentElement.scrollWidth > width)
            faults.push(`the page is ${document.documentElement.scrollWidth} px wide`);
          document.querySelectorAll("main *").forEach(element => {
            const box = element.getBoundingClientRect();
            if (box.right > width + 1 && !element.closest(".scroll, pre, svg"))
              faults.push(`${element.tagName} ${element.className} is wider than ${width}`);
          });
          charts.forEach(chart => {
            const name = chart.dataset.chart;
            const { data } = JSON.parse(chart.parentNode.querySelector("script").textContent);
            const full = data.filter(t => t.visible !== false && (t.z ? t.z.length : t.x?.length && t.y?.length));
            const drawn = chart.querySelectorAll(".scatterlayer > .trace, .heatmaplayer > .hm").length;
            if (chart.data?.length !== data.length || drawn !== full.length || !drawn)
              faults.push(`${name}: ${drawn} traces drawn of ${full.length}`);
            const entries = chart.querySelectorAll(".legend .traces").length;
            const listed = full.filter(t => t.showlegend).length;
            if (entries !== (listed > 1 ? listed : entries)) faults.push(`${name}: ${entries} entries of ${listed}`);
            if (!chart.getAttribute("aria-label")) faults.push(`${name}: no alternative text`);
            const svg = chart.querySelector(".main-svg"), frame = svg.getBoundingClientRect();
            if (frame.height < 80) faults.push(`${name}: ${frame.height} px high`);
            if (svg.style.backgroundColor !== paper) faults.push(`${name}: on ${svg.style.backgroundColor}`);
            chart.querySelectorAll("text").forEach(text => {
              const box = text.getBoundingClientRect();
              if (box.width && (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1
                || box.bottom > frame.bottom + 1)) faults.push(`${name}: "${text.textContent}" is cut off`);
            });
          });
          return faults;
        }
        """;

    public const string Still = """
        () => {
          const seen = element => element.getBoundingClientRect().height > 0;
          return [...document.querySelectorAll("figure")].flatMap(figure => {
            const box = figure.querySelector("svg")?.getBoundingClientRect(), name = figure.closest("section").id;
            return [
              ...seen(figure.querySelector(".chart")) ? [`${name}: an empty box`] : [],
              ...box?.width > 500 && box.height > 60 ? [] : [`${name}: no picture`],
              ...figure.textContent.includes("needs JavaScript") ? [] : [`${name}: does not say what is missing`],
            ];
          });
        }
        """;

    public const string Toggled = """
        off => [...document.querySelectorAll("[data-chart]")].filter(chart => chart.querySelector(".legend .traces"))
          .flatMap(chart => {
            const first = chart.querySelector(".legend .traces").__data__[0].trace;
            const arm = t => t.legendgroup === first.legendgroup;
            const wrong = chart._fullData.filter(t => (t.visible === "legendonly") !== (off && arm(t)) && t.visible);
            const left = chart._fullData.filter(t => t.visible === true).length;
            const drawn = chart.querySelectorAll(".scatterlayer > .trace, .heatmaplayer > .hm").length;
            return wrong.length ? [`${chart.dataset.chart}: ${wrong.length} traces do not follow ${first.legendgroup}`]
              : drawn !== left ? [`${chart.dataset.chart}: ${drawn} traces drawn of ${left}`] : [];
          })
        """;

    // A seed's mark tells arm, seed and value.
    public const string Hover = """
        async () => {
          const faults = [];
          for (const chart of document.querySelectorAll("[data-chart]")) {
            const curveNumber = chart._fullData.findIndex(t => t.visible === true && t.hovertext?.length
              && t.mode === "markers" && t.hovertemplate?.includes("%{y"));
            if (curveNumber < 0) continue;
            const { yaxis, xaxis } = chart._fullData[curveNumber];
            Plotly.Fx.hover(chart, [{ curveNumber, pointNumber: 0 }], [`${xaxis ?? "x"}${yaxis ?? "y"}`]);
            const said = [...chart.querySelectorAll(".hovertext")].map(text => text.textContent).join(" ");
            if (!/seed.*\d/.test(said)) faults.push(`${chart.dataset.chart}: hovering says "${said}"`);
          }
          return faults;
        }
        """;

    public const string Linked = """
        () => [...document.querySelectorAll("[data-chart]")].filter(chart => chart.data.some(t => t.customdata))
          .map(chart => chart.dataset.chart)
        """;

    // Where the first linked marker stands on the screen.
    public const string Marker = """
        id => {
          const chart = document.querySelector(`[data-chart=${id}]`);
          chart.scrollIntoView({ behavior: "instant" });
          const box = chart.getBoundingClientRect();
          const trace = chart._fullData.find(t => t.customdata), { xaxis, yaxis } = chart._fullLayout;
          return [box.left + xaxis._offset + xaxis.d2p(trace.x[0]), box.top + yaxis._offset + yaxis.d2p(trace.y[0])];
        }
        """;

    public const string Picked = """
        id => {
          const chart = document.querySelector(`[data-chart=${id}]`);
          const { picked } = chart.dataset;
          const shown = chart.data.filter(t => t.meta && t.visible).map(t => t.meta);
          const heading = chart.layout.annotations.find(words => words.name === "picked").text;
          return picked && shown.length && shown.every(key => key === picked) && heading.includes(picked) ? []
            : [`${id}: a click that picked ${picked} shows ${shown}`];
        }
        """;

    public const string Sorting = """
        () => [...document.querySelectorAll("table:has(th button)")].flatMap(table => [...table.querySelectorAll("th")]
          .flatMap((th, i) => [1, -1].flatMap(sign => {
            const rows = table.tBodies[0].rows.length;
            th.querySelector("button").click();
            const cells = [...table.tBodies[0].rows].map(row => row.cells[i].dataset.v ?? row.cells[i].textContent);
            const known = cells.filter(cell => cell !== "");
            const inOrder = known.slice(1).every((cell, k) => known[k] === cell || sign * (isNaN(cell)
              || isNaN(known[k]) ? known[k].localeCompare(cell) : known[k] - cell) < 0);
            const said = th.getAttribute("aria-sort");
            return inOrder && cells.length === rows && cells.slice(known.length).every(cell => cell === "")
              && said === (sign === 1 ? "ascending" : "descending") ? []
              : [`${th.textContent.trim()} ${said}: ${cells}`];
          })))
        """;

    public const string FirstRow = """
        () => [...document.querySelector("#groups table").tBodies[0].rows[0].cells]
          .map(cell => cell.dataset.v === "" ? "NaN" : cell.dataset.v ?? cell.textContent).join(",")
        """;

    // A box that is too narrow for its table scrolls, and the words of a line are not one above the other.
    public const string Claims = """
        () => {
          const faults = [], lines = [...document.querySelectorAll("#verdicts tbody a")];
          const claims = [...document.querySelectorAll(".claim")];
          if (!lines.length || lines.length !== claims.length)
            faults.push(`${lines.length} lines of ${claims.length} claims`);
          lines.forEach(line => {
            const claim = document.getElementById(line.getAttribute("href").slice(1));
            if (claim?.querySelector("h3")?.textContent !== line.textContent)
              faults.push(`${line.textContent}: leads to ${claim?.id}`);
          });
          claims.forEach(claim => {
            const { id } = claim, rows = [...claim.querySelectorAll("tbody tr")], box = claim.querySelector(".scroll");
            if (!claim.querySelector("p a[href$='report.html']")) faults.push(`${id}: no report`);
            if (!rows.length) faults.push(`${id}: no effects`);
            rows.forEach(row => {
              if (!row.querySelector(".badge")) faults.push(`${id}: no verdict`);
              const bar = row.querySelector("svg")?.getBoundingClientRect();
              if (!(bar?.width > 100 && bar.height > 10)) faults.push(`${id}: no bar`);
              if (row.getBoundingClientRect().height > 140) faults.push(`${id}: a line is too high`);
            });
            if (box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX !== "auto")
              faults.push(`${id}: does not scroll`);
            if (box.scrollHeight > box.clientHeight + 1) faults.push(`${id}: is cut off`);
          });
          return faults;
        }
        """;
}
