import { Box, Text, useCursor, useStdout } from "ink"
import { useLayoutEffect } from "react"
import type { View } from "./view.ts"

interface Props {
  readonly view: View
  readonly colour: boolean
  /** Gets what writes above this, into the terminal's own scrollback. */
  readonly attach: (write: (text: string) => void) => void
}

/** What is below the conversation: drawn from the view alone. */
export const Below = ({ attach, colour, view }: Props) => {
  const { write } = useStdout()
  const { setCursorPosition } = useCursor()
  useLayoutEffect(() => {
    attach(write)
  }, [attach, write])
  setCursorPosition(view.cursor)
  return (
    <Box flexDirection="column">
      {view.rows.map(({ look, text }, index) => (
        <Text key={index} dimColor={colour && look === "dim"} inverse={colour && look === "status"} wrap="truncate">
          {text === "" ? " " : text}
        </Text>
      ))}
    </Box>
  )
}
