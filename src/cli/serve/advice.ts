import type { ListenError } from "../../server/Errors.ts"

const otherAddress = "Choose another with --host (0.0.0.0 listens on all)."

const advice: Readonly<Record<string, string>> = {
  EADDRINUSE: "Stop the program that uses it, or choose another with --port (0 takes a free one).",
  EACCES: "Choose a port above 1023 with --port.",
  EPERM: "Choose a port above 1023 with --port.",
  EADDRNOTAVAIL: otherAddress,
  ENOTFOUND: otherAddress,
  EAI_AGAIN: otherAddress,
  EINVAL: otherAddress
}

/** The words for a failure to listen, with the option that helps. */
export const withAdvice = ({ code, message, socket }: ListenError): string =>
  socket === undefined ? `${message} ${advice[code] ?? "Choose another address with --host and --port."}` : `${message} It has to be one that accepts connections (Accept=no).`
