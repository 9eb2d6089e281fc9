// Under which `source.system` the gateway records what it does itself: looks of staff at a history,
// questions of patients and their answers. Nobody else may, as people are told by it what they see.

export const OWN_SOURCE = 'chartseal-gateway';
/** Category of looks at a history. */
export const LOOK_CATEGORY = 'access-history';
