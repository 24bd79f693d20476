import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ChatClient } from "../../client/ChatClient.ts"
import type { Dial } from "../../client/Dial.ts"
import { newMark } from "../../client/entering.ts"
import type { JoinError, Lost } from "../../client/Errors.ts"
import type { Form } from "../../client/screen/form.ts"
import { Bell } from "../../client/terminal/Bell.ts"
import type { Key } from "../../client/terminal/keys.ts"
import * as Region from "../../client/terminal/region.ts"
import { type Happening, type People, start, type Step, update, type Wish } from "../../client/terminal/screen.ts"
import { screenful } from "../../client/terminal/screenful.ts"
import { continuation, draw } from "../../client/terminal/style.ts"
import { view } from "../../client/terminal/view.ts"
import type { Event } from "../../domain/Event.ts"
import { isOrderly } from "../../domain/LeaveCode.ts"
import { connect, refusalOf } from "./ask.ts"
import { follow, Places } from "./Places.ts"
import { type Ending, signalWords } from "../process.ts"
import { rawKeyboard } from "../raw.ts"
import { print } from "../stdio.ts"

/** Back-pressure: how many events (lines of 1 MiB at most) may wait for the screen before the server is not read any more. */
const capacity = 64

/** How much text is coalesced into one write, UTF-16 code units; then the terminal is waited for. */
const printAtOnce = 262_144

/** How long the server's goodbye is waited for after `Quit`, ms. */
const goodbyePatience = 1000

/** A wish that is a request to the server. */
type Saying = Extract<Wish, { readonly _tag: "Send" | "Ask" }>

/** Runs the screen from the questions to the goodbye. Returns whether it ended in an orderly way: the user left, or the server closed. */
export const screen = (options: {
  readonly form: Form
  /** Whether the questions are asked again when joining fails; otherwise the error ends the screen. */
  readonly asks: boolean
  readonly colour: boolean
  readonly bell: boolean
  /** For how long the client tries to come back by itself, ms; 0: not at all. */
  readonly reconnect: number
  readonly afterRestart: number | undefined
  /** What there is to say of the server once somebody is in. */
  readonly news: Effect.Effect<ReadonlyArray<string>>
  readonly ending: Deferred.Deferred<Ending>
}): Effect.Effect<boolean, JoinError, Dial | Places> =>
  Effect.gen(function* () {
    const places = yield* Places
    const { stdout } = process
    const keyboard = yield* rawKeyboard
    const region = yield* Region.make({ stdout, colour: options.colour, identity: keyboard.identity, indent: continuation })
    // `undefined` wakes the loop: there is a key in `pressed`.
    const happenings = yield* Mailbox.make<Happening | undefined>(capacity)
    const pressed = yield* Mailbox.make<Key>()
    const sayings = yield* Mailbox.make<Saying>()
    const room = yield* Ref.make<ChatClient | undefined>(undefined)
    const outcome = yield* Ref.make<Exit.Exit<boolean, Lost>>(Exit.succeed(true))
    const over = yield* Deferred.make<boolean, JoinError>()
    const line = draw(options.colour, (name) => Effect.runSync(Ref.get(room))?.isAway(name) ?? false)
    const bell = new Bell()
    let current = start(options.form, newMark())
    let printed = ""

    // Coalescing: the lines of one batch of events go to the terminal in one write.
    const flush = Effect.sync(() => {
      if (printed !== "") region.print(printed)
      printed = ""
    })
    const redraw = () => {
      region.draw((size) => view(current.screen, size))
    }
    keyboard.onResume(region.show)

    const people = Effect.flatMap(Ref.get(room), (client): Effect.Effect<People> => {
      if (client === undefined) return Effect.succeed({ members: [] })
      const { room: active, rooms } = current.screen.conversation
      return Effect.all({ members: client.members, away: client.away, around: rooms.length > 1 ? client.membersIn(active) : Effect.succeed(undefined) })
    })

    // Joins, then forwards events until the connection ends.
    const enter = (form: Form) =>
      Effect.gen(function* () {
        const place = yield* places.take(form.answers)
        const joined = yield* Effect.either(connect(form, { reconnect: options.reconnect, afterRestart: options.afterRestart, numbersLater: true, secret: place.secret }))
        if (Either.isLeft(joined)) {
          const { left: error } = joined
          // A place of before may be there still, where the server cannot be reached.
          if (!place.isOld || error._tag === "JoinRefused") yield* place.forget
          return yield* options.asks
            ? happenings.offer({ _tag: "NotEntered", reason: error.message, code: refusalOf(error) })
            : Deferred.fail(over, error)
        }
        const { right: client } = joined
        yield* Ref.set(room, client)
        yield* place.named(client.welcome.you.name)
        yield* happenings.offer({ _tag: "Entered", welcome: client.resumed ?? client.welcome })
        const said = yield* options.news
        yield* Effect.sync(() => {
          for (const text of said) printed += `${line({ _tag: "Info", text })}\n`
          if (said.length > 0) happenings.unsafeOffer(undefined)
        })
        yield* Effect.forkScoped(Stream.runForEach(client.losses, (at) => happenings.offer({ _tag: "Lost", at })))
        return yield* hear(client, follow(place, client.welcome.you))
      })
    const hear = (client: ChatClient, keep: (event: Event) => Effect.Effect<void>) =>
      Stream.runFoldEffect(client.events, false, (_, event) =>
        Effect.as(
          Effect.zipRight(keep(event), happenings.offer({ _tag: "Told", event, concerns: client.concernsOf(event) })),
          event._tag === "Goodbye" && isOrderly(event)
        )
      ).pipe(
        Effect.exit,
        Effect.flatMap((exit) => Ref.set(outcome, exit)),
        Effect.zipRight(happenings.offer({ _tag: "Over" }))
      )

    // Whoever leaves before being in a room has left as asked, too.
    const leave = (reason: string | undefined, well: boolean) =>
      Effect.flatMap(Ref.get(room), (client) =>
        client === undefined
          ? Deferred.succeed(over, well)
          : client.quit(reason).pipe(
              Effect.zipRight(Effect.sleep(goodbyePatience)),
              Effect.zipRight(Deferred.succeed(over, well))
            )
      )

    // After a defect of ours the exit code is 1, even if the goodbye was orderly.
    const hasFailed = Effect.flatMap(
      Deferred.poll(options.ending),
      Option.match({
        onNone: () => Effect.succeed(false),
        onSome: Effect.map((ending) => ending._tag === "Fault")
      })
    )

    // Requests are sent in order by a fiber of their own, so that the back-pressure of a server that does not read blocks only them.
    const say = (saying: Saying) =>
      Effect.flatMap(Ref.get(room), (client) => {
        if (client === undefined) return Effect.void
        if (saying._tag === "Ask") return client.ask(saying.question)
        const { command, ref, word } = saying
        return Effect.catchTag(client.perform(command, ref, word), "Refusal", ({ message }) =>
          ref === undefined ? Effect.void : happenings.offer({ _tag: "Unsent", ref, reason: message })
        )
      })

    const perform = (wish: Wish): Effect.Effect<unknown, never, Dial | Scope.Scope> => {
      switch (wish._tag) {
        case "Print":
          return Effect.sync(() => {
            printed += `${line(wish.line)}\n`
          })
        case "Show":
          return Effect.sync(() => {
            printed += screenful(wish, line, stdout)
          })
        case "Connect":
          return Effect.forkScoped(enter(wish.form))
        case "Bell":
          return Effect.map(Clock.currentTimeNanos, (now) => {
            if (options.bell && bell.rings(Number(now) / 1_000_000)) stdout.write("\u0007")
          })
        case "Clear":
          return Effect.sync(() => {
            printed = ""
            region.print("\u001b[2J\u001b[3J\u001b[H")
          })
        case "Suspend":
          return flush.pipe(
            Effect.zipRight(region.hide),
            Effect.zipRight(keyboard.suspend)
          )
        case "Interrupt":
          return Effect.forkScoped(leave(undefined, true))
        case "Quit":
          return Effect.forkScoped(leave(wish.reason, true))
        case "End":
          return Effect.all([Ref.get(outcome), hasFailed, flush]).pipe(
            Effect.flatMap(([exit, failed]) => Deferred.done(over, failed ? Exit.succeed(false) : exit))
          )
        case "Send":
        case "Ask":
          return sayings.offer(wish)
      }
    }
    const take = (step: Step) => {
      current = step
      return Effect.forEach(step.wishes, perform, { discard: true })
    }

    yield* Effect.forkScoped(Stream.runForEach(Mailbox.toStream(sayings), say))
    yield* Effect.forkScoped(
      Stream.runForEach(Mailbox.toStream(keyboard.keys), (key) =>
        Effect.zipRight(pressed.offer(key), Effect.sync(() => happenings.unsafeOffer(undefined)))
      )
    )
    yield* Effect.forkScoped(
      Effect.flatMap(Deferred.await(options.ending), (ending) =>
        ending._tag === "Signal" ? leave(signalWords(ending.name), true) : leave("internal error", false)
      )
    )
    yield* take(current)
    yield* flush
    redraw()
    const happen = (happening: Happening) => Effect.suspend(() => take(update(current.screen, happening)))
    // Priority: keys are handled before each event, so that typing stays responsive while many events arrive.
    const type = Effect.flatMap(pressed.clear, (keys) =>
      Effect.forEach(keys, (key) => Effect.flatMap(people, (people) => happen({ _tag: "Key", key, ...people })), { discard: true })
    )
    // Back-pressure: an empty write waits for a terminal that does not read, and the server then has to wait too.
    const catchUp = Effect.zipRight(flush, print(""))
    const show = Effect.gen(function* () {
      const [batch] = yield* happenings.takeAll
      for (const happening of Chunk.toReadonlyArray(batch)) {
        yield* type
        if (happening !== undefined) yield* happen(happening)
        if (printed.length > printAtOnce) yield* catchUp
      }
      yield* flush
      redraw()
      yield* print("")
    })
    yield* Effect.forkScoped(Effect.forever(show))
    return yield* Deferred.await(over)
  }).pipe(
    // The terminal is restored before the caller prints why the screen ended.
    Effect.scoped
  )
