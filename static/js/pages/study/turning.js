/** Show a side of the study card. The next question comes without a turn: turning back would show its answer. @param {HTMLElement} card @param {"front"|"back"} side */
export function turn(card, side) {
  const sheet = card.querySelector(".card-sheet");
  sheet.scrollTop = 0;
  card.dataset.side = side;
  for (const face of card.querySelectorAll(".card-face")) face.scrollTop = 0;
}
