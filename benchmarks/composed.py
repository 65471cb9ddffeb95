"""Compose everyday questions, short and long, from frames and word lists written for this purpose.

The lists are general on purpose, from accounts and money to games and public life.
Nothing in them comes from a data set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

# ruff: noqa: PLR2004 - how often each form is picked stands plainly where it is picked

# Walk of life: (verbs that may take any of the objects, "|" between groups of synonyms; objects).
DOMAINS = {
    "account": (
        """
        create, set up, open, register | delete, remove, close, get rid of, deactivate | recover, get back,
        restore | change, update, edit, switch | verify, confirm | log into, sign in to, access, get into |
        link, connect, hook up | lock, secure, protect | forget, lose | reset | share | hide | merge, combine
        """,
        """
        my account, my password, my username, my profile picture, my email address, my phone number, two factor
        authentication, my login details, my display name, my avatar, my privacy settings, my profile, my
        security question, my second account, the backup codes, my old account, my nickname, my birthday, my
        language, my time zone
        """,
    ),
    "money": (
        """
        pay, settle | pay for | get, receive | cancel, stop | refund, return | transfer, send, move, wire |
        withdraw, take out | deposit, pay in | exchange, convert | dispute, contest | earn, make | save, put
        aside | owe | borrow | invest | claim | split | donate, give
        """,
        """
        my bill, the invoice, a receipt, my subscription, a refund, the fee, my order, money, cash, foreign
        currency, a payment, the deposit, a discount, the tax, my salary, my pension, a loan, my mortgage, my
        credit card, my debit card, my savings, a direct debit, a gift card, a voucher, the extra charge, my
        wages, the insurance, a cheque, my bank statement
        """,
    ),
    "shop": (
        """
        order, buy, purchase, get | return, send back | track, follow | exchange, swap | cancel | receive |
        ship, deliver, post | try out, test | compare | assemble, put together | repair, fix, mend | replace |
        sell | reserve | customise, personalise | clean, wash
        """,
        """
        my parcel, the package, my order, a mattress, a jacket, these shoes, the sofa, a new phone, the spare
        part, a bigger size, the free sample, a present, the warranty, my delivery, the wrong item, a damaged
        product, a laptop, the catalogue, a second one, the cover, this dress, the pillow, a bike, tickets
        """,
    ),
    "community": (
        """
        join, get into | leave, quit | invite, bring | ban, kick out, block | mute, silence | report, flag |
        post, share, upload | pin | delete, take down, remove | create, make, start | edit | host, run, organise
        | ask | contact, reach, message, talk to | moderate | become | appeal | vote on | read, see, find
        """,
        """
        the server, this channel, a friend, a member, a spammer, a message, a link, a picture, a bot, the rules,
        an event, a poll, a role, a moderator, the admins, a thread, my own emoji, a voice chat, a ticket, the
        announcement, a meme, the community, an apprentice, my ban, a giveaway, the voice channel, a direct
        message, the newcomers, the staff, a suggestion, a private room
        """,
    ),
    "software": (
        """
        install, set up | uninstall, remove | update, upgrade | open, launch, start | run, execute | download,
        get | save, store | export | import | print | search, look for, find | copy, duplicate | share | sync |
        back up | restore, recover | crash | disable, turn off, switch off | enable, turn on, switch on |
        configure | debug, fix | convert, turn | compress | embed | schedule | filter | sort | merge | undo |
        highlight | attach
        """,
        """
        the app, a file, my photos, the latest version, notifications, dark mode, a spreadsheet, a document, a
        folder, the website, my contacts, an email, a backup, the plugin, the database, a video, my browser
        history, the calendar, a pdf, a column, the code, a script, an error, my chat history, the keyboard, the
        screen, the printer, the wifi, bluetooth, my microphone, the camera, the speakers, a virus, the search
        results, subtitles, my inbox, an attachment, the page, a label, a reminder, autocorrect, the api key, a
        password, a playlist, a shortcut
        """,
    ),
    "travel": (
        """
        book, reserve | cancel, call off | catch, take | miss | reach, get to | change, rebook | rent, hire |
        park | pack, bring | lose | visit, see | cross | find | extend | apply for, request | renew | pass
        through | check in
        """,
        """
        a flight, a train, the bus, a hotel room, my passport, a visa, a taxi, a car, my luggage, the airport,
        the station, a table, a seat, the border, the museum, my trip, the ferry, a tour, my suitcase, a ticket,
        the city centre, the beach, travel insurance, a hostel, the timetable, the platform
        """,
    ),
    "home": (
        """
        clean, wash, scrub | cook, make, prepare | fix, repair, mend | water | grow, plant | feed | walk, take
        out | paint | heat, warm up | cool | open, unlock | close, shut | move | store, keep | throw away, get
        rid of, dispose of | recycle | turn off | hang | unclog, unblock | freeze, thaw | bake | cut, trim |
        train
        """,
        """
        the kitchen, dinner, the dishwasher, the plants, tomatoes, the dog, the cat, the wall, the house, the
        room, the door, the window, furniture, leftovers, old batteries, rubbish, the heating, the lights, the
        sink, the chicken, bread, a cake, the lawn, a puppy, a stain, the curtains, the carpet, soup, rice, an
        omelette, the fridge, the oven, mould, ants, a leaking tap, the toilet, a shelf
        """,
    ),
    "health": (
        """
        take | treat, cure, heal | get rid of | prevent, avoid | lose | gain, put on | see, visit | book |
        catch, get | feel | stop, quit, give up | start | reduce, lower | recover from, get over | measure,
        check | swallow | renew | need
        """,
        """
        the medicine, a headache, a cold, the flu, weight, muscle, a doctor, an appointment, smoking, drinking,
        stress, my blood pressure, a vaccine, an antibiotic, a rash, back pain, a fever, my prescription,
        vitamins, an injury, hair loss, an allergy, insomnia, anxiety, a cough, the dentist, a blood test, my
        glasses, acne, my period, sugar, a sprained ankle, an infection, side effects
        """,
    ),
    "work": (
        """
        apply for, go for | get, land | quit, leave, resign from | ask for, request | take | hire, recruit |
        fire, sack, lay off | finish, complete | submit, hand in | miss | pass | fail | study, learn | teach |
        attend, go to | write | negotiate | join | enrol in, sign up for, register for | skip | drop | retake
        """,
        """
        a job, a raise, a holiday, sick leave, the exam, the course, homework, the deadline, my degree, a
        scholarship, an internship, the interview, a meeting, my boss, the training, a certificate, my thesis, a
        new language, the essay, class, a promotion, my notice, overtime, the test, my grades, the workshop, a
        report, the assignment, the conference, a reference
        """,
    ),
    "game": (
        """
        play | win, beat | lose | start | join | score | unlock | level up | buy | trade, swap | find | watch |
        follow | support | skip | defeat, kill | build | craft | host | pause
        """,
        """
        the game, the match, a tournament, the boss, a new character, the league, a quest, the championship, the
        world cup, a team, a sword, a castle, the final, this level, an achievement, coins, a map, the season,
        the ranking, skins, a duel, the stream, chess, cricket, football, a guild, an expansion
        """,
    ),
    "public": (
        """
        vote in, take part in | change, reform | pass, approve | sign | break, violate | start, trigger, cause |
        end, stop, resolve | support, back | oppose, fight | win | lose | invade, attack | negotiate | explain |
        host | elect, choose | fund | ban, outlaw | protest against | join
        """,
        """
        the election, the law, a treaty, the war, the crisis, the conflict, a ceasefire, peace talks, the
        government, the president, the parliament, the border, sanctions, a referendum, the economy, climate
        change, nuclear weapons, human rights, the united nations, the budget, the prime minister, the army, the
        constitution, refugees, the dispute, inflation, trade, the court, corruption, the agreement
        """,
    ),
}

HOW = """
    how do i {v} | how can i {v} | how to {v} | how does one {v} | how would i {v} | how should i {v} | can you
    tell me how to {v} | what do i have to do to {v} | what's the way to {v} | what is the best way to {v} | i
    want to {v} | i need to {v} | i'd like to {v} | help me {v} | trying to {v} | steps to {v} | is there a way
    to {v} | is there any way to {v} | please explain how to {v} | could someone show me how to {v} | i have no
    idea how to {v} | anyone know how to {v} | where do i go to {v} | where can i {v} | what's the procedure to
    {v} | i don't know how to {v} | hey, how do i {v} please | instructions to {v} | need help, want to {v} |
    how does a person {v} | tell me how to {v} | what are the steps if i want to {v} | how do you {v} | how do
    we {v}
"""

WHETHER = """
    can i {v} | am i allowed to {v} | is it possible to {v} | is it ok to {v} | may i {v} | do you let people
    {v} | is it allowed to {v} | do i have to {v} | should i {v} | must i {v} | is it safe to {v} | is it free
    to {v} | will i be able to {v} | do i need permission to {v} | why can't i {v} | why do i have to {v} | why
    am i not able to {v} | i can't {v} | i couldn't {v} | unable to {v} | it won't let me {v} | what happens if
    i {v} | what if i don't {v} | i already tried to {v} | i forgot to {v} | i don't want to {v} | who can {v} |
    who is able to {v} | can anyone {v} | can my friend {v} | when can i {v} | when should i {v} | when do i
    have to {v} | how long does it take to {v} | how much does it cost to {v} | how often can i {v} | how many
    times can i {v} | how soon can i {v} | what do i need to {v} | why should i {v} | what does it cost to {v} |
    what is the deadline to {v} | how old do i have to be to {v} | is there a fee to {v} | can i {v} later | can
    i {v} for free | can i {v} on my phone | can i {v} without {o2} | do i need {o2} to {v} | will you {v} | did
    you {v} | who should i ask before i {v} | is it hard to {v} | what is the fastest way to {v}
"""

ABOUT = """
    what is {o} | where is {o} | where can i find {o} | i lost {o} | i can't find {o} | {o} is not working | {o}
    doesn't work | {o} is broken | problem with {o} | tell me about {o} | i have a question about {o} | what
    about {o} | what does {o} cost | how much is {o} | when is {o} | when does {o} start | who runs {o} | who is
    in charge of {o} | do you have {o} | why is {o} so slow | why is {o} so expensive | {o} please | {o} |
    information on {o} | {o} or {o2} | difference between {o} and {o2} | what's better, {o} or {o2} | is {o} any
    good | do i need {o} | i still haven't received {o} | something is wrong with {o} | what happened to {o} |
    what's new with {o} | how big is {o} | who made {o} | what are the rules for {o} | is there a limit on {o} |
    when will {o} be ready | what time is {o} | who pays for {o} | is {o} free | how does {o} work | what kind
    of {bo} do you have | which {bo} should i pick | history of {o} | what caused {o} | why does {o} matter |
    what comes after {o}
"""

SITUATION = """
    i {pv} {o} {when} | my {bo} stopped working {when} | i have been trying to {v} for {dur} | my {who} wants to
    {v} | i am a {role} and i {have} {o} | last {unit} i tried to {v} but {fail} | i bought {o} {when} | we have
    {o} and {o2} | my {who} has {cond} | i have had {cond} for {dur} | i've been having {cond} since {when} | i
    am {age} years old | i was told to {v} | i moved here {when} | i need {o} for {o2} | someone told me that i
    should {v} | i already have {o} | i don't have {o} | the {bo} says {o2} is required | i want to {v} before
    {when2} | i took {o} with {o2} | i noticed {cond} {when} | i use {o} every day | i'm worried about {o} | my
    {who} keeps asking about {o} | i'm new here | i read the page about {o} | i called twice about {o} and
    nobody answered | they said {o} would take {dur} | it has been {dur} and still nothing | i got a message
    about {o}
"""

ILLNESS = """
    what could be causing {cond} | is {cond} dangerous | can {o} cause {cond} | should i see a doctor about
    {cond} | what helps against {cond} | how do i get rid of {cond} | is {cond} a sign of {cond2} | which
    medicine is best for {cond} | could it be {cond} | is it normal to have {cond} after {cond2} | can i take
    {o} if i have {cond} | will {cond} go away on its own | how long does {cond} last | what foods are good for
    {cond} | is it possible that {o} leads to {cond} | does {cond} run in the family | can {cond} be cured |
    what are the symptoms of {cond} | what tests are there for {cond} | can i exercise with {cond}
"""

OPENINGS = """
    hi, | hello, | hey | so | quick question: | sorry, | um, | please, | excuse me, | good morning,
"""

ENDINGS = """
    today | tomorrow | again | now | quickly | online | from my phone | without paying | before friday | for my
    brother | for a friend | thanks | asap | at night | in another country | at home | on the weekend | on
    windows | on a mac | at once | by myself | with {o2} | after the update | next year | when i'm away | while
    travelling | as a beginner | in bulk
"""

# What the frames' other gaps take.
GAPS = {
    "when": """
        yesterday | last week | two days ago | this morning | a month ago | last night | on monday | in march |
        a few hours ago | three weeks back | an hour ago
    """,
    "when2": """
        next week | the weekend | friday | the end of the month | my birthday | christmas | tomorrow
    """,
    "dur": """
        two weeks | three days | about a month | several hours | a long time | over a year | six months | an
        hour
    """,
    "who": """
        wife | husband | son | daughter | brother | mother | father | friend | boss | neighbour | doctor |
        teacher | cat | dog | landlord | roommate | boyfriend | girlfriend | grandmother | baby | teammate |
        colleague
    """,
    "role": """
        student | beginner | teacher | nurse | developer | tourist | new member | pensioner | freelancer |
        moderator | parent | vegetarian | driver | player | journalist | customer
    """,
    "have": """
        want | have | need | lost | ordered | like | found | made | sold | use
    """,
    "fail": """
        nothing happened | it failed | i got an error | it was rejected | nobody answered | the page was empty |
        it took too long | the button is gone | they refused
    """,
    "cond": """
        a headache | a sore throat | high blood pressure | diabetes | a rash on my arm | chest pain | trouble
        sleeping | a fever | asthma | swollen ankles | stomach cramps | an itchy scalp | back pain | an ear
        infection | a bruise | panic attacks | a broken wrist | high cholesterol | dry skin | blurry vision |
        nausea | joint pain | a lump in the neck | heartburn | a toothache | a missed period | a urinary
        infection | depression | a cough that won't go away | numb fingers | an iron deficiency | an allergy to
        nuts | bleeding gums | a kidney stone | weak knees | a swollen eyelid | constipation | dizziness | hot
        flashes | acne | a migraine
    """,
    "unit": "week | month | night | year",
    "pv": """
        created | deleted | changed | paid | got | ordered | bought | returned | cancelled | sent | joined |
        left | installed | opened | booked | missed | lost | cleaned | cooked | took | saw | quit | finished |
        played | won | signed | watched | found | started | stopped | broke | read | updated
    """,
}


def _listed(text: str, between: str = "|") -> list[str]:
    return [" ".join(part.split()) for part in text.split(between)]


_DOMAINS = {
    name: ([_listed(group, ",") for group in _listed(verbs)], _listed(objects, ","))
    for name, (verbs, objects) in DOMAINS.items()
}
_OBJECTS = [thing for _, objects in _DOMAINS.values() for thing in objects]
_GAPS = {name: _listed(text) for name, text in GAPS.items()}
_HOW, _WHETHER, _ABOUT, _SITUATION, _ILLNESS = map(_listed, (HOW, WHETHER, ABOUT, SITUATION, ILLNESS))
_OPENINGS, _ENDINGS = _listed(OPENINGS), _listed(ENDINGS)


class _Gaps(dict[str, str]):
    """The words for a frame's gaps, picked when a gap asks for them."""

    def __init__(self, domain: str, things: Sequence[str], ills: Sequence[str], rng: random.Random) -> None:
        super().__init__()
        self._verbs, self._objects = _DOMAINS[domain]
        self._things, self._ills, self._rng = things, ills, rng

    def __missing__(self, gap: str) -> str:
        pick = self._rng.choice
        if gap == "v":
            return f"{pick(pick(self._verbs))} {self['o']}"
        if gap == "bo":
            return self["o"].split(" ", 1)[-1]
        if gap == "age":
            return str(self._rng.randint(5, 85))
        if gap in ("cond", "cond2"):
            word = pick(self._ills) if self._ills and self._rng.random() < 0.5 else pick(_GAPS["cond"])
        elif gap in ("o", "o2"):
            chance = self._rng.random()
            anywhere = self._things if self._things and chance > 0.7 else _OBJECTS
            word = pick(self._objects if chance < 0.6 else anywhere)
        else:
            word = pick(_GAPS[gap])
        self[gap] = word
        return word


def _ask(domain: str, things: Sequence[str], ills: Sequence[str], rng: random.Random) -> str:
    frames = _ILLNESS if domain == "health" and rng.random() < 0.5 else rng.choice((_HOW, _WHETHER, _WHETHER, _ABOUT))
    return rng.choice(frames).format_map(_Gaps(domain, things, ills, rng))


def short_questions(count: int, things: Sequence[str], rng: random.Random) -> list[str]:
    """Return questions of one clause; `things` are more objects, such as "the kettle"."""
    questions = []
    for _ in range(count):
        opening = f"{rng.choice(_OPENINGS)} " if rng.random() < 0.6 else ""
        ending = f" {rng.choice(_ENDINGS)}" if rng.random() < 0.8 else ""
        domain = rng.choice(list(_DOMAINS))
        gaps = _Gaps(domain, things, (), rng)
        frame = rng.choice(rng.choices((_HOW, _WHETHER, _ABOUT), (4, 5, 4))[0])
        questions.append((opening + frame + ending).format_map(gaps) + rng.choice(("", "", "?")))
    return questions


def long_questions(count: int, things: Sequence[str], ills: Sequence[str], rng: random.Random) -> list[str]:
    """Return questions with one or two sentences of situation around them; `ills` are more names of illnesses."""
    questions = []
    for _ in range(count):
        domain = rng.choice([*_DOMAINS, "health", "health"])
        frames = rng.choices(_SITUATION, k=rng.choice((0, 1, 1, 2)))
        told = [frame.format_map(_Gaps(domain, things, ills, rng)) for frame in frames]
        asked = [_ask(domain, things, ills, rng)]
        parts = told + asked if rng.random() < 0.8 else asked + told
        questions.append(rng.choice((". ", ", ", " and ", "; ")).join(parts) + rng.choice(("", "?", "?", " thanks")))
    return questions
