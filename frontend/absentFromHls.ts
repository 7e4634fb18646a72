/** Stands where `leanHls.ts` leaves a part of hls.js out: hls.js skips controllers that are undefined. */
export default undefined;

export const fetchSupported = (): boolean => false;
