import { useEffect, useState } from "react";

interface Drawing {
  size: number;
  path: string;
}

/** The library is loaded on demand; most visitors never see a code. */
async function draw(text: string): Promise<Drawing> {
  const { default: qrcode } = await import("qrcode-generator");
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  return { size, path: qrPath(size, (row, column) => code.isDark(row, column)) };
}

/** Dark on white in every theme, because many phones cannot read inverted codes. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  useEffect(() => {
    let wanted = true;
    void draw(text).then((done) => wanted && setDrawing(done));
    return () => {
      wanted = false;
    };
  }, [text]);
  return (
    <div className="mx-auto aspect-square w-44 rounded-2xl bg-white p-3 shadow-low ring-1 ring-line">
      {drawing && (
        <svg
          viewBox={`0 0 ${drawing.size} ${drawing.size}`}
          role="img"
          aria-label={label}
          shapeRendering="crispEdges"
          className="animate-appear"
        >
          <path d={drawing.path} fill="#111" />
        </svg>
      )}
    </div>
  );
}

/** A grid of dark and light squares as one small SVG path. */
export function qrPath(size: number, isDark: (row: number, column: number) => boolean): string {
  const strokes: string[] = [];
  for (let row = 0; row < size; row++) {
    let column = 0;
    while (column < size) {
      const start = column;
      while (column < size && isDark(row, column)) column++;
      if (column > start) strokes.push(`M${start} ${row}h${column - start}v1H${start}z`);
      else column++;
    }
  }
  return strokes.join("");
}
