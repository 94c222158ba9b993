/**
 * World knowledge of the simulated task model: which wordings of a guideline mean which idea, and how the idea shows in
 * a message. A real model knows such things from its training; this one knows these few dozen. Nothing here refers to a
 * single example, to a task or to a label.
 */

/** `*n` behind a phrase is its weight (default 1): how surely the phrase shows the idea. */
export type Concept = Readonly<{ id: string; heardAs: string; seenAs: string }>;

export const CONCEPTS: readonly Concept[] = [
  // Time and severity
  {
    id: 'urgency',
    heardAs:
      'urgent, urgency, immediate, immediately, asap, as soon as possible, right away, pressing, time critical, priority, swift',
    seenAs:
      'urgent, urgency, immediate attention, immediate assistance, immediate action, immediate intervention, immediately, asap, pressing, critical*0.6, as soon as possible*0.6, right away, swift*0.5, swiftly*0.5, escalate*0.5, dire need, prioritize*0.5',
  },
  {
    id: 'calm',
    heardAs:
      'not urgent, no rush, non urgent, can wait, not an emergency, not immediate, flexible, no deadline, low priority, minor, can be planned, at their convenience, not pressing',
    seenAs:
      'not urgent, not an urgent, not an emergency, not an immediate*1, not immediate, no immediate, non urgent, no rush, flexible*0.7, minor*0.7, whenever*0.5, not pressing, earliest convenience*0.4',
  },
  {
    id: 'hazard',
    heardAs:
      'hazard, danger, dangerous, unsafe, safety, health risk, risk, injury, fire, gas, mold, flood, safety incident',
    seenAs:
      'hazard, dangerous, danger, unsafe, not feel safe, health risk, potential health, safety concern, safety hazard, safety risk, mold*0.8, gas, smoke, fire, flood, injury, compromise safety, safety and well being, quality and safety*0.8, safety standard*0.8, potential risk*0.7',
  },
  {
    id: 'breakdown',
    heardAs:
      'outage, failure, failed, fails, broken, breakdown, break down, malfunction, stopped working, out of order, not working, repair, emergency, emergency repair, down, leak, burst',
    seenAs:
      'completely failed, failed, failure, malfunction, broken, broken down, breakdown, shut down, stopped working, stopped functioning, not working, acting up, act up, burst, leaking, system failure, outage, repair*0.7, repair needed, not functioning*0.7, emergency*0.6, deteriorating*0.5',
  },
  {
    id: 'disruption',
    heardAs:
      'disrupt, disruption, discomfort, inconvenience, operations at stake, affects operations, impact on people, unbearable, cannot work, suffer',
    seenAs:
      'disrupt, disruption, significant discomfort, considerable discomfort, discomfort*0.7, significant inconvenience, inconvenience*0.5, unbearable, uncomfortable*0.7, hindering, affecting*0.5, unusable, impacting our operation',
  },
  {
    id: 'defect',
    heardAs: 'problem, fault, defect, issue, something wrong, noise, inconsistent temperature, trouble',
    seenAs:
      'issue, problem, unusual noise, noises, inconsistent, irregularities, trouble, wrong, fault, persists, not maintaining, leak, glitch',
  },
  // Facility services
  {
    id: 'upkeep',
    heardAs:
      'maintenance, routine maintenance, maintain, check up, checkup, upkeep, check ups, tune up, maintenance visit, preventive, hvac, plumbing, technician, appliance, planned work',
    seenAs:
      'routine maintenance, maintenance request, maintenance visit, maintenance check, scheduled maintenance, routine check, check up*0.8, check ups*0.8, routine upkeep, maintenance of hvac, hvac maintenance, plumbing*0.6, tune up, regular maintenance*0.6, technician to come*0.7, arrange for a technician*0.7, technician to visit*0.7, schedule a visit*0.5, routine*0.5',
  },
  {
    id: 'equipment',
    heardAs:
      'hvac, heating, air conditioning, elevator, boiler, plumbing, electrical, equipment, appliance, building system',
    seenAs:
      'hvac, heating, air conditioning, elevator, boiler, plumbing, electrical, freezer, sink, thermostat, lighting*0.5',
  },
  {
    id: 'timetable',
    heardAs:
      'schedule, scheduling, book, booking, appointment, reschedule, frequency, recurring, weekly, dates, time slot, cleaning schedule, calendar',
    seenAs:
      'cleaning schedule, schedule a cleaning, schedule cleaning, scheduling cleaning, scheduling of cleaning, regular cleaning*0.6, weekly, bi weekly, reschedule*0.7, schedule these services, scheduling of specialized*0.7, cleaning service for my*0.5, schedule a deep cleaning, scheduling a deep cleaning, cleaning session*0.6, schedule the next, scheduling has been, calendar*0.5, scheduling deep cleaning, scheduling specialized',
  },
  {
    id: 'deep_clean',
    heardAs:
      'deep cleaning, deep clean, carpet, window washing, windows, upholstery, specialised, specialized, specialized cleaning, specialist, special treatment, mold remediation, stain, eco friendly cleaning, cleaning products',
    seenAs:
      'deep cleaning, deep clean, carpet, window washing, window cleaning*0.8, upholstery, specialized cleaning, special cleaning, mold remediation, mold growth, stain*0.5, eco friendly cleaning*0.7, cleaning products*0.6, cleaning of delicate, specialized',
  },
  {
    id: 'cleaning',
    heardAs: 'cleaning, clean, cleaner, janitorial',
    seenAs: 'cleaning, clean*0.5, cleanliness, cleaner, spotless, pristine*0.5',
  },
  {
    id: 'green',
    heardAs:
      'sustainability, sustainable, environment, environmental, eco friendly, green, energy, energy efficiency, carbon, recycling, waste',
    seenAs:
      'sustainability, sustainable, eco friendly, eco, environmental, environmentally, carbon footprint, energy efficiency*0.7, energy efficient*0.7, recycling, waste reduction, green*0.7, greener',
  },
  {
    id: 'teaching',
    heardAs:
      'training, train, course, workshop, learn how, teach, coaching, best practices, in house team, education, instruction',
    seenAs:
      'training, training program, workshop, course, in house team*0.7, in house maintenance*0.7, best practices*0.6, training session, train our, skills*0.4',
  },
  {
    id: 'premises',
    heardAs:
      'space, space utilization, coordination, security, common area, parking, facility management issue, room allocation, oversight, building management',
    seenAs:
      'space utilization, coordination, security measures, security*0.5, common area, facility management issue, management issue, parking, allocation, overlapping, utilization of space, management practices*0.7, facility management practices, manage our facility*0.5, management needs*0.4, integrate*0.4, coordinating*0.5',
  },
  // What the sender wants and feels
  {
    id: 'question',
    heardAs:
      'question, inquiry, inquire, enquiry, information, ask about, asks about, curious, interested, learn more, wants to know, details about, general information, prospective, clarification, sales question',
    seenAs:
      'inquiry about, inquiry regarding, inquiry on, inquire about, more information, provide information, information on, information about, interested in learning, interested in*0.7, learn more, curious, clarification, clarify, more about, detailed information, details on*0.7, insights*0.4, wondering, query, could you tell',
  },
  {
    id: 'complaint',
    heardAs:
      'complaint, complain, dissatisfied, dissatisfaction, unhappy, criticism, poor service, feedback, service fell short, bad experience, unsatisfactory, poor quality, customer feedback',
    seenAs:
      'complaint, disappointed, disappointing, dissatisfaction, dissatisfied, unsatisfactory, less than satisfactory, far from satisfactory, not satisfactory*0.6, subpar, not up to, fallen short, falling short, decline in quality*1, decline*0.5, frustrated, frustrating, frustration, unacceptable, lapses, overlooked*0.8, rushed, arrived late, feedback*0.6, lack of*0.5, less than impressed, not met*0.8, nightmare, inconsistency*0.5, to rectify*0.7, recent service*0.5, falls short',
  },
  {
    id: 'anger',
    heardAs:
      'angry, anger, upset, frustrated, frustration, furious, annoyed, outraged, disappointed, disappointment, irritated, negative language, harsh, strong dissatisfaction',
    seenAs:
      'frustrated, frustrating, frustration, disappointed, disappointing, disappointment, disheartened, disheartening, upset, unacceptable, annoying, annoyed, furious, nightmare, not okay, fed up, less than impressed, far from satisfactory, less than satisfactory*0.8, dissatisfaction*0.8, deaf ears, nosedive, not laughing, ridiculous, lack of*0.4, subpar*0.6, must admit*0.4, skeptical, disgusted, though i*0.4, letdown',
  },
  {
    id: 'praise',
    heardAs:
      'praise, compliment, delighted, enthusiastic, enthusiasm, satisfied, satisfaction, happy, warm, glowing, love, admiration, positive language, impressed, exclamation, pleased',
    seenAs:
      'delighted, fantastic, exceptional*0.8, stellar, outstanding, amazing, wonderful, thrilled, love, truly appreciate, truly*0.4, top notch*0.6, enjoying*0.5, dedication*0.7, game changer, godsend, blessed, invaluable*0.6, thank you so much, so much for, warm regards*0.7, confident that*0.5, great job, excellent*0.5, impressed*0.4, happy*0.5, has always been*0.3, expertise and*0.4, incredible, positive outlook, fan',
  },
  {
    id: 'courtesy',
    heardAs:
      'polite, politeness, courtesy, courteous, pleasantries, greeting, thanks, closing, formula, formal, hope this message finds you well, thank you',
    seenAs:
      'hope this message finds you well*0.2, thank you for your*0.2, best regards*0.1, i appreciate*0.2, always appreciated*0.3, kind regards*0.1',
  },
  {
    id: 'factual',
    heardAs: 'factual, matter of fact, neutral tone, businesslike, sober, plain request, without emotion, formal tone',
    seenAs:
      'i am writing to*0.7, best regards*0.4, dear*0.2, would appreciate*0.3, generally satisfied*0.5, satisfied with*0.3, currently*0.3, utilizing*0.4',
  },
  {
    id: 'quality',
    heardAs:
      'quality, standards, hygiene, quality standard, workmanship, quality problem, safety concern, thoroughness',
    seenAs:
      'quality of, quality and safety, the quality, standards observed, not met the, hygiene, thoroughness, safety standard, safety concern, safe environment*0.5, subpar, these concerns*0.7, residue, safety*0.5',
  },
  // Software support
  {
    id: 'money',
    heardAs:
      'billing, bill, money, charge, charged, invoice, refund, payment, card, price, pricing, vat, tax, receipt, subscription fee, discount, paid, pay, double charge, amount',
    seenAs:
      'charge, charged, invoice, refund, payment, credit card*0.8, card, vat, tax, receipt, billed, billing, bank statement, paid, price, pricing, discount, amount*0.6, quote*0.6, purchase order, euros*0.5, dollars*0.5, overcharge, debit, money back',
  },
  {
    id: 'software_fault',
    heardAs:
      'bug, error, error message, crash, broken, freeze, wrong result, does not load, blank page, fault, defect, regression, malfunction, does not work, stopped working, used to work, unexpected, glitch, data loss, slow',
    seenAs:
      'error, crash, crashes, bug, freezes, frozen, blank, spinner, spinning, not load, not loading, stopped working, not work, not working, broken, broke, glitch, disappear, vanish, duplicate*0.7, not sync, not syncing, since the update, after the update, wrong*0.5, exception, nothing happens, stuck, fails, failed*0.7, garbled, worked yesterday, worked before*0.8, worked fine, finds nothing, no results*0.7, still says*0.6, still shows*0.6, expired*0.4, off by*0.6, comes back*0.5, jumps*0.6, lost*0.4, vanished, tried three*0.4, three browsers*0.5, cannot be intended, nothing changed*0.5, since this morning*0.5, since yesterday*0.5, should not*0.4, used to work*0.8, timeout, times out, 500, 502, 404',
  },
  {
    id: 'access',
    heardAs:
      'account, login, log in, sign in, password, two factor, 2fa, verification code, locked out, access, permission, role, invite, user, seat, email address, sso, profile, ownership, identity, admin, credentials',
    seenAs:
      'login, log in, sign in, signing in, password, two factor, 2fa, verification code, authenticator, locked out, locked, permission, admin*0.7, role*0.6, invite*0.6, sso, single sign, email address*0.7, change my email, ownership, owner*0.5, reset link, credentials, profile*0.5, username, access to*0.5, new phone*0.6, account*0.3, left the company*0.7, surname*0.6',
  },
  {
    id: 'usage',
    heardAs:
      'how to, how do i, usage, feature question, where to find, instructions, guide, steps, tutorial, documentation, possible, is there a way, setup, configure, explain, question about using, working feature',
    seenAs:
      'how do i, how do we, how does one*0.6, what does*0.5, do i have to*0.5, right way*0.6, does the*0.4, may i*0.4, can be*0.2, how can i, how can we, how to, where do i, where can i, is there a way, is it possible, possible to, can i, can we, tutorial, documentation, guide, best way, which setting, what is the difference, could you explain, step by step, show me, figure out, recommend, instructions, walk me through, does it support, set up*0.5',
  },
  {
    id: 'leaving',
    heardAs:
      'cancel, cancellation, terminate, close account, end subscription, unsubscribe, leave, leaving, downgrade, stop, not renew, renewal, switch to a competitor, pause, end of contract, delete account, quit',
    seenAs:
      'cancel, cancelling, cancellation, terminate, stop subscription, stop plan, end subscription, end plan, end contract, our notice*0.7, notice period*0.8, automatic renewal, renewal*0.5, turn into a paid*0.8, closing my business*0.8, decided to leave, want to stop*0.6, not for us*0.6, close my account, close our account, close the account, unsubscribe, not renew, not be renewing, not renewing, stop the subscription, stop our subscription, end our subscription, end my subscription, end the subscription, leaving, moving to, switching to, downgrade*0.8, pause*0.6, no longer need*0.9, parting ways, wind down*0.7, last month with you, free plan*0.5, end of the trial*0.6, delete my account, pull the plug, goodbye*0.6, auto renew*0.6, say farewell*0.6',
  },
];
