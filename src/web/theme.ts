import type { Taste } from "./memory.ts"

type Theme = NonNullable<Taste["theme"]>

/** Shows the page in the theme that somebody has chosen; without one the system's holds. */
export const showTheme = (theme: Theme | undefined): void => {
  if (theme !== undefined) document.documentElement.dataset["theme"] = theme
}

/** The theme that is not shown now. */
export const otherTheme = (theme: Theme | undefined): Theme => {
  const isDark = (theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark"
  return isDark ? "light" : "dark"
}
