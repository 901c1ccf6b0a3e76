import { useState } from 'react';

const KEPT_AS = 'larkspur-minute';

/** Whether the guided minute is on; kept for this tab, since a login leaves the page. */
export function useMinute(): { readonly isOn: boolean; readonly start: () => void; readonly end: () => void } {
  const [isOn, setOn] = useState(() => sessionStorage.getItem(KEPT_AS) !== null);
  return {
    isOn,
    start() {
      sessionStorage.setItem(KEPT_AS, 'on');
      setOn(true);
    },
    end() {
      sessionStorage.removeItem(KEPT_AS);
      setOn(false);
    },
  };
}
