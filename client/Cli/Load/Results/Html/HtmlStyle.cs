namespace Microservices.Cli.Load.Results.Html;

/// <summary>The page's looks: light or dark as the reader's system is, one column on a phone.</summary>
internal static class HtmlStyle
{
    public const string Css = """
        :root{--back:#fbfbfa;--card:#fff;--ink:#1d2126;--quiet:#5d6670;--rule:#e2e4e7;--c1:#1f5fb0;--c2:#c0500c;--c3:#12785a;--c4:#8a3fa3;--c5:#6b6f12;--bad:#b3261e}
        @media (prefers-color-scheme:dark){:root{--back:#14171a;--card:#1c2024;--ink:#e6e8ea;--quiet:#9aa3ad;--rule:#32383f;--c1:#74b0f7;--c2:#f59a55;--c3:#58cfa5;--c4:#cf9ae6;--c5:#cdd06a;--bad:#ff8a80}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:24px 20px 48px;max-width:1120px;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        h1{margin:0;font-size:24px;line-height:1.25}
        h2{margin:36px 0 10px;font-size:18px}
        .sub{margin:4px 0 10px;color:var(--quiet)}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:18px 0 0;padding:0;list-style:none}
        .tiles li{padding:12px 14px;background:var(--card);border:1px solid var(--rule);border-radius:8px}
        .tiles b{display:block;font-size:22px;font-weight:600;line-height:1.25;overflow-wrap:anywhere}
        .tiles span{color:var(--quiet);font-size:13px}
        .bad,.bad b{color:var(--bad)}
        .scroll{overflow-x:auto;background:var(--card);border:1px solid var(--rule);border-radius:8px}
        table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
        th,td{padding:6px 14px;border-top:1px solid var(--rule);text-align:left;vertical-align:top}
        td:last-child:not(.n){overflow-wrap:anywhere}
        tr:first-child>*{border-top:0}
        th{color:var(--quiet);font-weight:500}
        .n{text-align:right;white-space:nowrap}
        .charts{display:grid;margin-top:12px;grid-template-columns:repeat(auto-fill,minmax(min(460px,100%),1fr));gap:16px}
        figure{min-width:0;margin:0;padding:12px 14px 8px;background:var(--card);border:1px solid var(--rule);border-radius:8px}
        figcaption{font-weight:600}
        svg{display:block;width:100%;height:auto}
        svg text{fill:var(--quiet);font-size:12px}
        .x{text-anchor:middle}
        .y{text-anchor:end}
        .grid,.axis,.tick,.mark{fill:none;stroke:var(--rule)}
        .axis,.tick{stroke:var(--quiet)}
        .mark{stroke:var(--quiet);stroke-dasharray:3 4}
        .line{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
        .c1{stroke:var(--c1)}
        .c2{stroke:var(--c2);stroke-dasharray:6 3}
        .c3{stroke:var(--c3);stroke-dasharray:1 4}
        .c4{stroke:var(--c4);stroke-dasharray:9 3 2 3}
        .c5{stroke:var(--c5);stroke-dasharray:12 4}
        .legend{display:flex;flex-wrap:wrap;gap:0 18px;margin:2px 0 0;font-size:13px}
        .swatch{display:inline-block;width:24px;height:8px;margin-right:6px;vertical-align:middle}
        small{color:var(--quiet);font-size:inherit}
        pre{margin:0;padding:12px 14px;overflow-x:auto;background:var(--card);border:1px solid var(--rule);border-radius:8px;font:13px/1.5 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre-wrap;overflow-wrap:anywhere}
        @media (max-width:600px){body{padding:16px 12px 32px}th,td{padding:6px 5px}svg text{font-size:15px}.scroll table{font-size:13px}}
        """;
}
