/** Why a turn is stopped before its end. */

/** A person, or the surface that asked, wants no more of the turn. */
export class TurnCancelled extends DOMException {
  constructor(reason: string) {
    super(reason, 'AbortError')
  }
}

/** The process ends; the turn stays open and goes on in the next one. */
export class TurnSuspended extends DOMException {
  constructor() {
    super('The agent is shutting down', 'AbortError')
  }
}
