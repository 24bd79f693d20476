/** The commands as they stand in the log. */
import * as Schema from "effect/Schema"
import { Act } from "./act.ts"
import { Authenticate, ClaimName } from "./authenticate.ts"
import { Away } from "./away.ts"
import { Back } from "./back.ts"
import { Confide } from "./confide.ts"
import { Describe } from "./describe.ts"
import { SetDuty } from "./duty.ts"
import { Enter } from "./enter.ts"
import { Exit } from "./exit.ts"
import { Hide, Show } from "./hide.ts"
import { Forget, Remember } from "./history.ts"
import { Invite } from "./invite.ts"
import { Join } from "./join.ts"
import { SetKey } from "./key.ts"
import { KeepLetters } from "./letters.ts"
import { Lock, Unlock } from "./lock.ts"
import { Moderate } from "./moderate.ts"
import { SetModes } from "./modes.ts"
import { Address } from "./msg.ts"
import { Rename } from "./nick.ts"
import { Proclaim } from "./proclaim.ts"
import { Redact } from "./redact.ts"
import { Say } from "./say.ts"
import { SayLines } from "./sayLines.ts"
import { SetMetadata } from "./setMetadata.ts"
import { Signal } from "./signal.ts"
import { Topic } from "./topic.ts"
import { Watch } from "./watch.ts"
import { Whisper } from "./whisper.ts"

/** A command that rules a room, as it stands in the log. */
export const RoomRule = Schema.Union(Topic, Invite, Lock, Unlock, Hide, Show, Remember, Forget, Moderate, SetModes)
export type RoomRule = typeof RoomRule.Type

/** A command: all that is decided, as it stands in the log. */
export const Command = Schema.Union(Join, Say, SayLines, Act, Whisper, Address, Rename, Enter, Exit, SetKey, Back, Confide, SetDuty, Proclaim, Away, Describe, Watch, Signal, Authenticate, ClaimName, KeepLetters, Redact, SetMetadata, ...RoomRule.members)
