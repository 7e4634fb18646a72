/** Draws a grid of dark and light squares as one SVG path: a QR code of a few hundred bytes. */
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
