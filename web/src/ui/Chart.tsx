// A chart: values over labels, as lines or stacked bars. The picture is for the eye; what it shows is in a table beside it.
import { useEffect, useRef } from "preact/hooks";
import { settings } from "../state/settings";

export interface Series {
  name: string;
  values: (number | null)[];
}

interface Props {
  kind: "line" | "bars";
  labels: string[];
  series: Series[];
  title: string;
}

export function Chart({ kind, labels, series, title }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const { theme } = settings.value;
  useEffect(() => {
    let remove = () => {};
    let gone = false;
    import("./chart_library").then(
      ({ drawChart }) => {
        if (!gone) remove = drawChart(holder.current!, { kind, labels, series });
      },
      // The server cannot be reached: there is no picture, and the table still is.
      () => {},
    );
    return () => {
      gone = true;
      remove();
    };
  }, [kind, JSON.stringify([labels, series]), theme]);
  return <div class="chart" ref={holder} role="img" aria-label={title} />;
}
