/** Advice about urgency, mood and the services of a facility-management company. */
import type { Advice } from './advice.ts';

export const FACILITY_ADVICE: readonly Advice[] = [
  {
    about: /urgen|priorit|severity/,
    value: /high|urgent|critical/,
    missed: [
      '{label}: the sender asks for immediate or urgent help.',
      '{label}: something has failed or is broken and the sender presses for a swift repair, as soon as possible.',
      '{label}: urgent or immediate action is demanded, because of an outage, a hazard or a serious disruption.',
    ],
    overused: [
      '{label}: only when the message itself is urgent; polite wishes such as "at your earliest convenience" or "prompt response" are not {value}.',
      '{label}: only for urgent or immediate needs, not for an inquiry and not for routine maintenance that is minor or flexible.',
    ],
    vague: ['{label}: important matters.', '{label}: the sender really cares about the outcome.'],
    wrong: ['{label}: every request for maintenance or a technician.', 'When in doubt, choose {label}.'],
  },
  {
    about: /urgen|priorit|severity/,
    value: /medium|normal|moderate/,
    missed: [
      '{label}: routine maintenance and minor faults that can be planned.',
      '{label}: a complaint or a quality problem without pressure for an immediate solution.',
      '{label}: a technician should come or a problem should be fixed, but it is not urgent.',
    ],
    overused: [
      '{label}: only for maintenance, defects and complaints, not for questions or requests for information.',
      '{label}: only for planned work and complaints; an inquiry about services, training or sustainability is not {value}.',
    ],
    vague: ['{label}: matters of average importance.'],
    wrong: ['{label}: any question about services or sustainability.', '{label}: everything that sounds pressing.'],
  },
  {
    about: /urgen|priorit|severity/,
    value: /low|minor/,
    missed: [
      '{label}: inquiries and requests for information.',
      '{label}: questions about services, training or sustainability, with no defect to be fixed.',
      '{label}: scheduling of regular cleaning, curious questions, general information.',
    ],
    overused: ['{label}: only for questions and scheduling; not for maintenance, a complaint or a broken system.'],
    vague: ['{label}: matters that are of little consequence.'],
    wrong: ['{label}: requests for maintenance and technicians.'],
  },
  {
    about: /sentiment|tone|mood/,
    value: /positive|good|happy/,
    missed: [
      '{label}: the sender praises the team warmly, is delighted or enthusiastic.',
      '{label}: real compliments and enthusiasm count even when the sender has a problem.',
    ],
    overused: [
      '{label}: only when there is real praise; polite greetings, thanks and closing formulas do not count, so courtesy is not {value}.',
      'Politeness is not {label}: pleasantries such as "I hope this message finds you well" say nothing about the mood.',
    ],
    vague: ['{label}: nice messages.'],
    wrong: [
      '{label}: polite messages with thanks and a friendly closing.',
      '{label}: any message without a complaint.',
    ],
  },
  {
    about: /sentiment|tone|mood/,
    value: /neutral|mixed/,
    missed: [
      '{label}: the default for businesslike, matter of fact messages.',
      '{label}: polite, factual requests, even if there is a problem to solve.',
      'Otherwise choose {label}: courtesy alone, with no anger and no enthusiasm, is {value}.',
    ],
    overused: [
      '{label}: only without emotion; not when the sender is delighted or full of praise, not when angry or disappointed.',
    ],
    vague: ['{label}: messages that are neither here nor there.'],
    wrong: ['{label}: never.', '{label}: messages full of praise or frustration that end politely.'],
  },
  {
    about: /sentiment|tone|mood/,
    value: /negative|bad|angry/,
    missed: [
      '{label}: the sender is frustrated, disappointed or upset.',
      '{label}: strong dissatisfaction or harsh criticism, even behind polite phrases.',
    ],
    overused: [
      '{label}: only when frustration or disappointment is expressed; a problem or defect by itself is not {value}.',
      'Reporting a fault calmly is not {label}; a technical problem without anger stays out of it.',
    ],
    vague: ['{label}: messages with a bad feeling.'],
    wrong: ['{label}: every message that reports a problem or a fault.'],
  },
  {
    about: /emergency/,
    missed: [
      '{label}: something failed, broke down or malfunctions and must be repaired urgently.',
      '{label}: an urgent repair of equipment such as hvac, heating or plumbing.',
    ],
    overused: ['{label}: only for urgent breakdowns; not for routine maintenance, cleaning or complaints.'],
    vague: ['{label}: serious matters.'],
    wrong: ['{label}: any maintenance that a technician does.'],
  },
  {
    about: /maintenance/,
    missed: [
      '{label}: planned upkeep: routine maintenance, a check-up, a minor repair, a technician visit.',
      '{label}: non-urgent faults of hvac, plumbing or an appliance that maintenance should look at.',
    ],
    overused: [
      '{label}: only when maintenance work is asked for; not for an inquiry, not for cleaning, not for emergency repair.',
      '{label}: not for sustainability, training or cleaning.',
    ],
    vague: ['{label}: things that come up regularly.'],
    wrong: ['{label}: questions about sustainability and training.'],
  },
  {
    about: /cleaning.*schedul|schedul.*cleaning/,
    missed: [
      '{label}: dates, frequency or changes of a cleaning schedule.',
      '{label}: the sender wants to book or reschedule cleaning, weekly or once.',
    ],
    overused: [
      '{label}: only when an appointment or a cleaning schedule is the point, not for every mention of cleaning.',
      '{label}: not for maintenance visits, questions about products, sustainability or complaints about quality.',
    ],
    vague: ['{label}: cleaning things.'],
    wrong: ['{label}: every message about cleaning or maintenance.'],
  },
  {
    about: /speciali[sz]ed|deep_clean/,
    missed: [
      '{label}: deep cleaning, carpets, windows, upholstery, mold remediation.',
      '{label}: special treatment or eco-friendly cleaning products, beyond the regular cleaning.',
    ],
    overused: [
      '{label}: only for deep cleaning and special treatments; not for regular cleaning, maintenance or hvac.',
    ],
    vague: ['{label}: cleaning that is special.'],
    wrong: ['{label}: any mention of cleaning, training or maintenance.'],
  },
  {
    about: /complaint|feedback/,
    missed: [
      '{label}: dissatisfaction with a service that was delivered.',
      '{label}: the sender complains, is disappointed, or gives feedback on poor service.',
    ],
    overused: [
      '{label}: only when the sender criticises our service; a plain request, an inquiry or praise is no complaint.',
      '{label}: not for a defect of equipment alone, and not for praise.',
    ],
    vague: ['{label}: opinions of customers.'],
    wrong: ['{label}: praise, thanks and polite words about the team.'],
  },
  {
    about: /quality|safety/,
    missed: [
      '{label}: lapses in quality or hygiene standards, or a safety hazard.',
      '{label}: the quality of cleaning or maintenance work has declined, or people are at risk.',
    ],
    overused: [
      '{label}: only for a concrete lapse in quality or a safety concern; praise for quality does not count.',
      '{label}: not for praise, not for an inquiry, not for a breakdown alone.',
    ],
    vague: ['{label}: when something should be better.'],
    wrong: ['{label}: compliments on quality and dedication.'],
  },
  {
    about: /sustainab|environment/,
    missed: [
      '{label}: sustainability, eco-friendly products, energy efficiency, carbon footprint.',
      '{label}: environmental questions of any kind, green cleaning included.',
    ],
    overused: [
      '{label}: only when sustainability or eco-friendly practice is a topic; a working or living environment is not.',
    ],
    vague: ['{label}: modern topics.'],
    wrong: ['{label}: any talk of a clean or comfortable environment.'],
  },
  {
    about: /training/,
    missed: [
      '{label}: training programs, workshops, best practices for an in-house team.',
      '{label}: the sender wants to learn or to have staff trained.',
    ],
    overused: [
      '{label}: only for training and courses; not for help with a repair, maintenance or complaints.',
      '{label}: not for general support, an inquiry about cleaning, or a defect.',
    ],
    vague: ['{label}: people who need support.'],
    wrong: ['{label}: every message to the support team that asks for help.'],
  },
  {
    about: /facility_management|management_issue/,
    missed: [
      '{label}: coordination of space, security, common areas or building management.',
      '{label}: space utilization and management of the premises.',
    ],
    overused: [
      '{label}: only for space, security and coordination of the premises; not for maintenance, cleaning, training or a general inquiry.',
      'The words "facility management" in a company name or introduction do not make it {label}; it needs an issue of space, security or coordination.',
    ],
    vague: ['{label}: the management is concerned.'],
    wrong: ['{label}: hvac, plumbing and everything else in a building.'],
  },
  {
    about: /inquir|question/,
    missed: [
      '{label}: the sender asks for information about services, products or practices.',
      '{label}: an inquiry, wants to learn more, asks for details.',
    ],
    overused: ['{label}: only for requests for information; not for a repair, maintenance, scheduling or a complaint.'],
    vague: ['{label}: anything general.'],
    wrong: ['{label}: requests for a technician or repair.'],
  },
];
