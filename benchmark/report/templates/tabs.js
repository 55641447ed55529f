// Tabs after the pattern of WAI-ARIA: one stop of the tab key, arrows, Home and End. Without script all panels are shown.
const makeTabs = (list, tabs, panels, chosen) => {
  list.setAttribute("role", "tablist");
  const choose = (place, focus) => {
    tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at === place));
      tab.tabIndex = at === place ? 0 : -1;
      for (const panel of panels[at]) { panel.hidden = at !== place; }
    });
    if (focus) { tabs[place].focus(); }
    if (chosen) { chosen(place); }
  };
  tabs.forEach((tab, at) => {
    tab.setAttribute("role", "tab");
    const [panel] = panels[at];
    panel.id ||= `${list.id}-${at}`;
    tab.id ||= `${panel.id}-tab`;
    tab.setAttribute("aria-controls", panel.id);
    for (const each of panels[at]) {
      each.setAttribute("role", "tabpanel");
      each.setAttribute("aria-labelledby", tab.id);
    }
    tab.addEventListener("click", (event) => { event.preventDefault(); choose(at); });
    tab.addEventListener("keydown", (event) => {
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to !== undefined) { event.preventDefault(); choose((to + tabs.length) % tabs.length, true); }
    });
  });
  choose(0);
  return choose;
};

// The sections of the page: its links become tabs.
{
  const nav = byId("sections"), links = [...nav.querySelectorAll("a")];
  const panels = links.map((link) => [byId(link.hash.slice(1))]);
  const choose = makeTabs(nav, links, panels, (place) => {
    history.replaceState(null, "", links[place].hash);
    panels[place][0].dispatchEvent(new Event("shown"));
  });
  const follow = () => {
    const target = location.hash && byId(location.hash.slice(1));
    const at = panels.findIndex(([panel]) => target && panel.contains(target));
    if (at >= 0) { choose(at); target.scrollIntoView(); }
  };
  addEventListener("hashchange", follow);
  afterwards.push(follow);
}

// Data sets, and in each its levels: a row of buttons above them.
const buttonTabs = (parts, name) => {
  if (parts.length < 2) { return; }
  const list = element("div", "", { className: "tabs", id: `tabs-${++made}` });
  list.setAttribute("aria-label", name);
  const tabs = parts.map((part) => element("button", part.dataset.title, { type: "button" }));
  list.append(...tabs);
  parts[0].before(list);
  makeTabs(list, tabs, parts.map((part) => [part]));
};
buttonTabs([...document.querySelectorAll("#ranking > .set")], "Data sets");
for (const set of document.querySelectorAll("#ranking > .set")) {
  buttonTabs([...set.querySelectorAll(":scope > .level")], "Levels");
}
