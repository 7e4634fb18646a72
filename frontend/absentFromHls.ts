/** Replaces the parts of hls.js that `leanHls.ts` removes: hls.js skips undefined controllers. */
export default undefined;

export const fetchSupported = (): boolean => false;
