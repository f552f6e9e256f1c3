// How the card renderer looks: everything is a Fluent token, so a theme change needs no second rendering.

const text = (name: string) => ({ default: `var(--color${name})`, subtle: `var(--color${name})` });
const colors = {
  default: { default: "var(--colorNeutralForeground1)", subtle: "var(--colorNeutralForeground2)" },
  dark: { default: "var(--colorNeutralForeground1)", subtle: "var(--colorNeutralForeground2)" },
  light: { default: "var(--colorNeutralForeground3)", subtle: "var(--colorNeutralForeground3)" },
  accent: text("BrandForeground1"),
  good: text("StatusSuccessForeground1"),
  warning: text("StatusWarningForeground3"),
  attention: text("StatusDangerForeground1"),
};
const container = (background: string) => ({
  backgroundColor: `var(--color${background})`,
  borderColor: "var(--colorNeutralStroke2)",
  foregroundColors: colors,
});

export const hostConfig = {
  fontFamily: "var(--fontFamilyBase)",
  supportsInteractivity: true,
  spacing: { small: 4, default: 8, medium: 12, large: 16, extraLarge: 24, padding: 12 },
  separator: { lineThickness: 1, lineColor: "var(--colorNeutralStroke2)" },
  fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
  fontWeights: { lighter: 300, default: 400, bolder: 600 },
  lineHeights: { small: 16, default: 20, medium: 22, large: 24, extraLarge: 32 },
  imageSizes: { small: 32, medium: 52, large: 100 },
  containerStyles: {
    default: container("TransparentBackground"),
    emphasis: container("NeutralBackground2"),
    accent: container("BrandBackground2"),
    good: container("StatusSuccessBackground1"),
    warning: container("StatusWarningBackground1"),
    attention: container("StatusDangerBackground1"),
  },
  inputs: {
    label: {
      inputSpacing: 4,
      requiredInputs: { size: "Default", weight: "Default", color: "Default", suffix: " *" },
      optionalInputs: { size: "Default", weight: "Default", color: "Default" },
    },
    errorMessage: { size: "Small", color: "Attention", weight: "Default", spacing: "Small" },
  },
  actions: {
    maxActions: 6,
    spacing: "Default",
    buttonSpacing: 0, // card.css leaves a gap
    showCard: { actionMode: "Inline", inlineTopMargin: 12, style: "emphasis" },
    actionsOrientation: "Horizontal",
    actionAlignment: "Left",
    preExpandSingleShowCardAction: false,
  },
  adaptiveCard: { allowCustomStyle: false },
  factSet: {
    title: {
      color: "Default",
      size: "Default",
      isSubtle: true,
      weight: "Default",
      wrap: true,
      maxWidth: 150,
    },
    value: { color: "Default", size: "Default", isSubtle: false, weight: "Default", wrap: true },
    spacing: 12,
  },
  textBlock: { headingLevel: 3 },
};
