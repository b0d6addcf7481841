/** On which side the texts of a column stand. */
export type Side = "left" | "right";

/** Lines of texts in columns, two blanks between them and before the first; no blanks at their ends. */
export function formatColumns(
  rows: readonly (readonly string[])[],
  sides: readonly Side[],
): readonly string[] {
  const widths = sides.map((_, index) =>
    rows.reduce((widest, row) => Math.max(widest, row[index]?.length ?? 0), 0),
  );
  return rows.map((row) => {
    const cells = row.map((text, index) =>
      sides[index] === "right" ? text.padStart(widths[index]!) : text.padEnd(widths[index]!),
    );
    return `  ${cells.join("  ")}`.trimEnd();
  });
}
