import type { HelpPage } from "./help.ts"

/** The help of the program as a whole. */
export const mainPage: HelpPage = {
  about: "A chat room in one command: one port, every client.",
  usage: ["serve [OPTIONS]", "join [HOST[:PORT]] [OPTIONS]", "help [serve|join]"],
  examples: [],
  groups: [
    {
      title: "Commands",
      lines: [
        { label: "serve", words: "Opens a chat room, and prints the command that joins it.", fallback: "" },
        { label: "join", words: "Joins one, from another terminal or another machine.", fallback: "" },
        { label: "help COMMAND", words: "Shows the options of a command.", fallback: "" }
      ]
    },
    {
      title: "Options",
      lines: [
        { label: "-h, --help", words: "Shows this, or the options of the command before it.", fallback: "" },
        { label: "-v, --version", words: "Shows the version.", fallback: "" }
      ]
    }
  ],
  notes: ["nc, telnet and old chat programs join on the same port, without this program."]
}
