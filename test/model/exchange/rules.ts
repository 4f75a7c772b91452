/** The rules of an exchange that can be left out one by one, with their number and what then happens instead. */
export const RULES = {
  gate: { rule: 'PL-31', without: 'a sender overwrites what receivers have not consumed' },
  gateAll: { rule: 'PL-31', without: 'the gate asks for one receiver, not all' },
  gateCommitted: { rule: 'PL-31', without: 'the gate counts what a receiver has read, not what it has committed' },
  fromLogOnly: { rule: 'PL-32', without: "receivers take rows before the sender's commit is acknowledged" },
  dense: { rule: 'PL-32', without: 'receivers take the newest entry instead of the next' },
  onePut: { rule: 'PL-33', without: 'positions are written after the effects, by a put of their own' },
  receiverFence: { rule: 'PL-33', without: "a receiver's put has no condition" },
  emptyCommit: { rule: 'PL-33', without: 'receivers commit only when there was a row for them' },
  rowsFirst: { rule: 'PL-34', without: "an entry's watermark counts before its rows" },
  outputHold: { rule: 'PL-34', without: 'the lateness that stage one allows does not hold its output watermark' },
  rootsFixed: { rule: 'PL-35', without: 'a receiver takes the senders that have a log when it looks' },
  sealHolds: { rule: 'PL-36', without: 'a sealed sender is dropped, its children count once they have a log' },
  sealMin: { rule: 'PL-36', without: 'a merged child keeps the watermark of the parent that was sealed first' },
  childAfterParents: { rule: 'PL-36', without: 'a child is read before the seals of all its parents' },
  tickInLog: { rule: 'PL-37', without: 'a receiver passes over an idle sender by itself' },
  tickForReceivers: { rule: 'PL-37', without: 'a tick commits only when its own stage has something due' },
  tickBegins: { rule: 'PL-37', without: 'a partition without a record has no log' },
  bellIsHint: { rule: 'PL-38', without: 'a receiver works only when a doorbell calls it' },
  cut: { rule: 'PL-39', without: 'receivers of a generation do not stop at the first entry of the next' },
  waitingIsBehind: {
    rule: 'PL-39',
    without: 'a merged child that waits for a parent behind the cut keeps the receivers from their seal',
  },
  genTick: { rule: 'PL-39', without: 'an idle sender does not pass the new generation on' },
  drainOld: { rule: 'PL-39', without: 'new code does not run the receivers of the old generation' },
  genMiddle: { rule: 'PL-39', without: 'a receiver that is a sender and has nothing to read does not pass it on' },
  dueLater: { rule: 'PL-37', without: 'a receiver puts off a commit for which only a later fragment waits' },
  gateSince: { rule: 'PL-31', without: 'the gate of an added exchange counts the entries before it' },
  passOver: { rule: 'PL-35', without: 'a receiver of an added exchange begins at version 1 of each log' },
  oldSealWaits: { rule: 'PL-35', without: 'a child of a seal from before the exchange waits for that seal alone' },
  oldCodeStops: { rule: 'PL-40', without: 'code that does not know the exchange goes on behind code that does' },
  sealOldSource: { rule: 'PL-36', without: 'the logs of a source that was made again are not sealed' },
  handDown: {
    rule: 'PL-36',
    without: "a receiver hands a seal's watermark down, not the one that it has of the sender",
  },
  newRootFloor: { rule: 'PL-36', without: 'a row of a new incarnation is late by its own watermark only' },
  lateByCarried: { rule: 'PL-44', without: "a row is late by its receiver's watermark" },
} as const;

export type RuleName = keyof typeof RULES;
/** Which of them are kept. */
export type Rules = Readonly<Record<RuleName, boolean>>;

export const rulesWithout = (dropped: readonly RuleName[]): Rules =>
  Object.fromEntries(Object.keys(RULES).map((name) => [name, !dropped.includes(name as RuleName)])) as Rules;
