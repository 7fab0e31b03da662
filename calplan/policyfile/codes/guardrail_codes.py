"""Codes of guardrails: of their expressions, their waivers, and of what they say of a plan."""

from typing import Final

from calplan.policyfile.codes.entry import Entry

GUARDRAIL_CODES: Final[dict[str, Entry]] = {
    "C-COMPILE": Entry(
        title="The expression of a rule does not compile",
        means="It is no CEL, names a variable or function that is not there, or is nested too deeply.",
        why="A rule that cannot be asked would let everything through.",
        fix="Correct it where the message points. The variables are policy, live, plan, account and today; user with"
        " `each: user`.",
    ),
    "C-PATH": Entry(
        title="A rule asks for a field that does not exist",
        means="The path leads to no field of the variable.",
        why="An evaluation would fail, and beside `||` or `&&` not even that: `x.misspelt || true` is true.",
        fix="Write the field that was meant. Policy and live settings have the fields of a CalendarPolicy's `spec`, the"
        " plan those of its JSON.",
    ),
    "C-TYPE": Entry(
        title="An expression of the wrong kind, or a comparison that is never true",
        means="A rule gives something else than true or false, or compares a field with a value of another kind.",
        why="Only true and false can be taken for an answer, and `==` between two kinds is false without an error.",
        fix="Compare a field that is true or false with `== true`, and others with a value of their own kind. A part"
        " with fields of its own is never null: ask for one of its fields.",
    ),
    "C-WORD": Entry(
        title="A rule compares a field with a word that it never has",
        means="The field has one of a few words, and the one in the expression is none of them.",
        why="A comparison that is never true makes a rule that never fires.",
        fix="Write one of the words that the message lists.",
    ),
    "C-TWO": Entry(
        title="Two rules have one id",
        means="Rule ids are unique in all Guardrails documents of a folder together; a mere copy is none of its own.",
        why="Waivers and `--allow` name a rule by its id, and would mean one of the two.",
        fix="Give one of them another id, or remove it.",
    ),
    "C-RULE": Entry(
        title="A waiver or a Scenario names a rule that is not there",
        means="No Guardrails document that was read has a rule with this id.",
        why="A waiver of nothing looks like one that holds, and a rule that is not there can never fire.",
        fix="Correct the id, or remove what names it.",
    ),
    "C-EXPIRED": Entry(
        title="A waiver is over",
        means="The day after its last day has come, by the clock or by --as-of.",
        why="A waiver is a decision for a time. Whether it is made again is for its owner to say.",
        fix="Remove it and follow the rule, or state a new day with a reason.",
    ),
    "C-EXPIRES": Entry(
        title="A waiver is over soon",
        means="Its last day is at most 14 days away.",
        why="After that day it is an error, and nothing can be planned with it.",
        fix="Follow the rule by then, or decide anew how long it is set aside.",
    ),
    "C-DENY": Entry(
        title="A guardrail denies the documents",
        means="A rule with severity `deny` does not hold for a policy or an account as they are written, or a rule"
        " could not be evaluated.",
        why="It is one of the organisation's own rules. What cannot be evaluated is never taken for a yes.",
        fix="Change the policy, or let the owner of the rule grant a waiver. In a plan the same is a gate,"
        " `guardrail.` and the rule's id.",
    ),
    "C-WARN": Entry(
        title="A guardrail with severity `warn` does not hold",
        means="The rule is one of the organisation's own, and refuses nothing.",
        why="Whoever reviews the plan should see it.",
        fix="Look at what it says. To refuse such plans, give it the severity `deny`.",
    ),
    "C-AUDIT": Entry(
        title="A guardrail with severity `audit` does not hold",
        means="The rule is one of the organisation's own, kept for the record.",
        why="It is said so that the record is complete.",
        fix="Nothing.",
    ),
    "C-WAIVED": Entry(
        title="A guardrail does not hold and is waived",
        means="A waiver sets the rule aside until its last day, with a reason and somebody who answers for it.",
        why="What is set aside is still said.",
        fix="Nothing, until the waiver ends.",
    ),
}
