"""Every element of a Word document that is known, and what becomes of it.

One table: what is kept, what is dropped before review because nobody sees it,
what is refused and by which name. An element that is not in the table is
refused as unknown. Which parts a package may have is said in ``wordfile``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

_OPENXML = "http://schemas.openxmlformats.org"
_MICROSOFT = "http://schemas.microsoft.com/office"

W = f"{_OPENXML}/wordprocessingml/2006/main"
MC = f"{_OPENXML}/markup-compatibility/2006"
W14 = f"{_MICROSOFT}/word/2010/wordml"
W15 = f"{_MICROSOFT}/word/2012/wordml"
R = f"{_OPENXML}/officeDocument/2006/relationships"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
"""How the content types of parts of Word begin."""

VML = "urn:schemas-microsoft-com:vml"
OFFICE = "urn:schemas-microsoft-com:office:office"
_VML_WORD = "urn:schemas-microsoft-com:office:word"
DRAWING = f"{_OPENXML}/drawingml/2006/main"
ANCHOR = f"{_OPENXML}/drawingml/2006/wordprocessingDrawing"
_PICTURE = f"{_OPENXML}/drawingml/2006/picture"
SHAPE = f"{_MICROSOFT}/word/2010/wordprocessingShape"
_GROUP = f"{_MICROSOFT}/word/2010/wordprocessingGroup"
_CANVAS = f"{_MICROSOFT}/word/2010/wordprocessingCanvas"
_RELATIVE = f"{_MICROSOFT}/word/2010/wordprocessingDrawing"
_DRAWING_2010 = f"{_MICROSOFT}/drawing/2010/main"
_DRAWING_2014 = f"{_MICROSOFT}/drawing/2014/main"
SYMBOLS = f"{_MICROSOFT}/word/2015/wordml/symex"
MATH = f"{_OPENXML}/officeDocument/2006/math"
_THEME_FAMILY = f"{_MICROSOFT}/thememl/2012/main"
_LIBRARY = f"{_OPENXML}/schemaLibrary/2006/main"
_CORE = f"{_OPENXML}/package/2006/metadata/core-properties"
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_DUBLIN_TERMS = "http://purl.org/dc/terms/"
_EXTENDED = f"{_OPENXML}/officeDocument/2006/extended-properties"
_VARIANTS = f"{_OPENXML}/officeDocument/2006/docPropsVTypes"
_PACKAGE = f"{_OPENXML}/package/2006"


class ElementHandling(StrEnum):
    """What becomes of an element."""

    KEPT = "kept"
    DROPPED = "dropped"
    UNWRAPPED = "unwrapped"
    """The element goes, what is in it stays."""

    COMMENT = "comment"
    TRACKED = "tracked"
    INSERTED_FILE = "inserted file"
    BOUND = "bound"
    PLACEHOLDER = "placeholder"
    FORM_FIELD = "form field"
    DATE = "date"
    EMBEDDED = "embedded"
    UNSUPPORTED = "unsupported"
    MERGE = "mail merge"
    TWO_PICTURES = "two pictures"
    UNKNOWN = "unknown"


_KEPT_WORD = """
abstractNum abstractNumId adjustLineHeightInTable adjustRightInd alias aliases alignBordersAndEdges
alignTablesRowByRow allowPNG allowSpaceOfSameStyleInTable altName alwaysMergeEmptyNamespace
alwaysShowPlaceholderText applyBreakingRules autoFormatOverride autoHyphenation autoRedefine
autoSpaceDE autoSpaceDN autoSpaceLikeWord95 autofitToFirstFixedWidthCell b bCs background
balanceSingleByteDoubleByteWidth bar basedOn bdo bdr between bidi bidiVisual body
bookFoldPrinting bookFoldPrintingSheets bookFoldRevPrinting bookmarkEnd bookmarkStart
bordersDoNotSurroundFooter bordersDoNotSurroundHeader bottom br cachedColBalance cantSplit caps
characterSpacingControl charset clickAndTypeStyle clrSchemeMapping cnfStyle col color cols comboBox
compat compatSetting consecutiveHyphenLimit contextualSpacing continuationSeparator
convMailMergeEsc cr cs date calendar dateFormat lid storeMappedDataAs
decimalSymbol defaultTabStop defaultTableStyle dir displayBackgroundShape
displayHangulFixedWidth displayHorizontalDrawingGridEvery displayVerticalDrawingGridEvery
doNotAutoCompressPictures doNotAutofitConstrainedTables
doNotBreakConstrainedForcedTable doNotBreakWrappedTables doNotDemarcateInvalidXml
doNotDisplayPageBoundaries doNotEmbedSmartTags doNotExpandShiftReturn doNotHyphenateCaps
doNotIncludeSubdocsInStats doNotLeaveBackslashAlone doNotShadeFormData doNotSnapToGridInCell
doNotSuppressBlankLines doNotSuppressIndentation doNotSuppressParagraphBorders doNotTrackFormatting
doNotTrackMoves doNotUseEastAsianBreakRules doNotUseHTMLParagraphAutoSpacing
doNotUseIndentAsNumberingTabStop doNotUseMarginsForDrawingGridOrigin doNotValidateAgainstSchema
doNotVertAlignCellWithSp doNotVertAlignInTxbx doNotWrapTextWithPunct docDefaults docGrid
docPartCategory docPartGallery docPartList docPartObj docPartUnique document documentProtection
documentType drawing drawingGridHorizontalOrigin drawingGridHorizontalSpacing
drawingGridVerticalOrigin drawingGridVerticalSpacing dropDownList dstrike eastAsianLayout effect em
embedBold embedBoldItalic embedItalic embedRegular embedSystemFonts embedTrueTypeFonts emboss end
endnote endnotePr endnoteRef endnoteReference endnotes equation evenAndOddHeaders family
fldChar fldSimple font fonts footerReference footnote footnoteLayoutLikeWW8 footnotePr
footnoteRef footnoteReference footnotes forgetLastTabAlignment formProt formsDesign framePr
fitText ftr
gridAfter gridBefore gridCol gridSpan group growAutofit gutterAtTop hMerge hdr hdrShapeDefaults
headerReference hidden hideGrammaticalErrors hideMark hideSpellingErrors highlight hps hpsBaseText
hpsRaise hyperlink hyphenationZone i iCs id ignoreMixedContent ilvl imprint ind insideH insideV
instrText isLgl jc keepLines keepNext kern kinsoku label lang latentStyles layoutRawTableWidth
layoutTableRowsApart left legacy lineWrapLikeWord6 link listItem listSeparator lnNumType
lock locked lsdException lvl lvlJc lvlOverride lvlPicBulletId lvlRestart lvlText mirrorIndents
mirrorMargins multiLevelType mwSmallCaps name next noBorder noBreakHyphen noColumnBalance noEndnote
noExtraLineSpacing noLeading noLineBreaksAfter noLineBreaksBefore noProof noPunctuationKerning
noSpaceRaiseLower noTabHangInd noWrap notTrueType nsid num numFmt numId numIdMacAtCleanup
numPicBullet numPr numRestart numStart numStyleLink numbering oMath optimizeForBrowser outline
outlineLvl overflowPunct p pBdr pPr pPrDefault pStyle pageBreakBefore panose1 paperSrc permEnd
permStart personal personalCompose personalReply pgBorders pgMar pgNumType pgSz pict picture
pitch pixelsPerInch pos position printBodyTextBeforeHeader printColBlack printFormsData
printFractionalCharacterWidth printPostScriptOverText printTwoOnOne ptab qFormat r rFonts rPr
rPrDefault rStyle readModeInkLockDown relyOnVML removeDateAndTime removePersonalInformation
richText right rt rtl rtlGutter ruby rubyAlign rubyBase rubyPr saveFormsData saveInvalidXml
savePreviewPicture saveSmartTagsAsXml saveSubsetFonts saveXmlDataOnly sdt sdtContent sdtEndPr sdtPr
sectPr selectFldWithFirstOrLastChar semiHidden separator settings shadow shapeDefaults
shapeLayoutLikeWW8 shd showBreaksInFrames showEnvelope showXMLTags sig smallCaps snapToGrid
softHyphen spaceForUL spacing spacingInWholePoints specVanish splitPgBreakAndParaMark start
startOverride strictFirstAndLastChars strike style styleLink styleLockQFSet
styleLockTheme stylePaneFormatFilter stylePaneSortMethod styles subFontBySize suff summaryLength
suppressAutoHyphens suppressBottomSpacing suppressLineNumbers suppressOverlap
suppressSpBfAfterPgBrk suppressSpacingAtTopOfPage suppressTopSpacing suppressTopSpacingWP
swapBordersFacingPages sym sz szCs t tab tabs tabIndex tag targetScreenSz tbl tblBorders tblCaption
tblCellMar tblCellSpacing tblDescription tblGrid tblHeader tblInd tblLayout tblLook tblOverlap tblPr
tblPrEx tblStyle tblStyleColBandSize tblStylePr tblStyleRowBandSize tblW tblpPr tc tcBorders
tcFitText tcMar tcPr tcW temporary text textAlignment textDirection textboxTightWrap themeFontLang
titlePg tl2br tmpl top topLinePunct tr tr2bl trHeight trPr truncateFontHeightsLikeWP6 txbxContent
type u uiCompat97To2003 uiPriority ulTrailSpace underlineTabInNumList unhideWhenUsed
useAltKinsokuLineBreakRules useAnsiKerningPairs useFELayout useNormalStyleForList
usePrinterMetrics useSingleBorderforContiguousCells useWord2002TableStyleRules
useWord97LineBreakRules vAlign vMerge vanish vertAlign view w wAfter wBefore
webHidden widowControl wordWrap wpJustification wpSpaceWidth wrapTrailSpaces
writeProtection zoom
"""

_DROPPED_WORD = """
activeWritingStyle attachedSchema attachedTemplate autoCaption autoCaptions caption captions
customXmlPr divId docVar docVars fldData forceUpgrade lastRenderedPageBreak linkStyles placeholder
printerSettings proofErr proofState revisionView rsid rsidRoot rsids saveThroughXslt smartTagPr
smartTagType updateFields useXSLTWhenSaving
"""

_TRACKED_WORD = """
cellDel cellIns cellMerge customXmlDelRangeEnd customXmlDelRangeStart customXmlInsRangeEnd
customXmlInsRangeStart customXmlMoveFromRangeEnd customXmlMoveFromRangeStart
customXmlMoveToRangeEnd customXmlMoveToRangeStart del delInstrText delText ins moveFrom
moveFromRangeEnd moveFromRangeStart moveTo moveToRangeEnd moveToRangeStart numberingChange
pPrChange rPrChange sectPrChange tblGridChange tblPrChange tblPrExChange tcPrChange trPrChange
trackRevisions
"""

_MERGE_WORD = """
active activeRecord addressFieldName checkErrors colDelim column connectString dataSource
dataType destination dynamicAddress fHdr fieldMapData headerSource linkToQuery mailAsAttachment
mailMerge mailSubject mainDocumentType mappedName odso query recipientData src table udl uniqueTag
viewMergedData
"""

_FORM_FIELD_WORD = """
calcOnExit checkBox checked ddList default enabled entryMacro exitMacro ffData format
helpText listEntry maxLength result size sizeAuto statusText textInput
"""

_WORD_2010 = """
alpha alphaOff bevel bevelB bevelT camera checkbox checkedState checked cntxtAlts contourClr
defaultImageDpi discardImageEditingData docId enableOpenTypeKerning extrusionClr fillToRect glow
gradFill gs gsLst hue hueMod hueOff lightRig ligatures lin lum lumMod lumOff miter noFill numForm
numSpacing path prstDash props3d reflection rot round sat satMod satOff scene3d schemeClr shade
shadow solidFill srgbClr styleSet stylisticSets textFill textOutline tint uncheckedState
"""

_DRAWN = """
accent1 accent2 accent3 accent4 accent5 accent6 ahLst ahPolar ahXY alpha alphaBiLevel alphaCeiling
alphaFloor alphaInv alphaMod alphaModFix alphaOff alphaOutset alphaRepl anchor arcTo avLst backdrop
bevel bevelB bevelT bgClr bgFillStyleLst biLevel blend blip blipFill blue blueMod blueOff blur
bodyPr bottom br buAutoNum buBlip buChar buClr buClrTx buFont buFontTx buNone buSzPct buSzPts buSzTx
cNvCxnSpPr cNvGraphicFramePr cNvGrpSpPr cNvPicPr cNvPr cNvSpPr camera chExt chOff close clrChange
clrFrom clrMap clrRepl clrScheme clrTo comp cont contourClr cs cubicBezTo custClr custClrLst
custDash custGeom cxn cxnLst defPPr defRPr dk1 dk2 ds duotone ea effect effectDag effectLst
effectRef effectStyle effectStyleLst end endCxn endParaRPr ext extLst extraClrScheme
extraClrSchemeLst extrusionClr fgClr fill fillOverlay fillRect fillRef fillStyleLst fillToRect
flatTx fmtScheme folHlink font fontRef fontScheme gamma gd gdLst glow gradFill graphic graphicData
graphicFrameLocks gray grayscl green greenMod greenOff grpFill grpSpLocks grpSpPr gs gsLst
headEnd hlink hlinkClick hlinkHover hsl hslClr hue hueMod hueOff innerShdw inv invGamma latin left
lightRig lin ln lnDef lnRef lnSpc lnStyleLst lnTo lstStyle lt1 lt2 lum lumMod lumOff lvl1pPr lvl2pPr
lvl3pPr lvl4pPr lvl5pPr lvl6pPr lvl7pPr lvl8pPr lvl9pPr majorFont
masterClrMapping minorFont miter moveTo
noAutofit noFill norm normAutofit objectDefaults off outerShdw overrideClrMapping pPr path pathLst
pattFill picLocks pos prstClr prstDash prstGeom prstShdw prstTxWarp pt quadBezTo rPr rect red redMod
redOff reflection relOff right rot round rtl sat satMod satOff scene3d schemeClr scrgbClr shade
snd softEdge solidFill sp3d spAutoFit spDef spLocks spPr spcAft spcBef spcPct spcPts srcRect srgbClr
st stCxn stretch style sx sy sym sysClr tab tabLst tailEnd theme themeElements tile tileRect
tint top txDef uFill uFillTx uLn uLnTx up useSpRect xfrm cxnSpLocks cpLocks
"""

_MATHEMATICS = """
acc accPr aln alnScr argPr argSz bar barPr baseJc begChr borderBox borderBoxPr box boxPr brk brkBin
brkBinSub cGp cGpRule cSp chr count ctrlPr d dPr defJc deg degHide den diff dispDef e endChr eqArr
eqArrPr f fName fPr func funcPr groupChr groupChrPr grow hideBot hideLeft hideRight hideTop intLim
interSp intraSp jc lMargin lim limLoc limLow limLowPr limUpp limUppPr lit m mPr mathFont mathPr
maxDist mc mcJc mcPr mcs mr nary naryLim naryPr noBreak nor num oMath oMathPara oMathParaPr objDist
opEmu phant phantPr plcHide pos postSp preSp r rMargin rPr rSp rSpRule rad radPr sPre sPrePr sSub
sSubPr sSubSup sSubSupPr sSup sSupPr scr sepChr show shp smallFrac strikeBLTR strikeH strikeTLBR
strikeV sty sub subHide sup supHide t transp type vertJc wrapIndent wrapRight zeroAsc zeroDesc
zeroWid
"""

_PLAIN = {
    MATH: _MATHEMATICS,
    DRAWING: _DRAWN,
    _PICTURE: "blipFill cNvPicPr cNvPr nvPicPr pic spPr extLst style",
    ANCHOR: """
        align anchor cNvGraphicFramePr docPr effectExtent extent inline lineTo posOffset
        positionH positionV simplePos start wrapNone wrapPolygon wrapSquare wrapThrough wrapTight
        wrapTopAndBottom
    """,
    SHAPE: "bodyPr cNvCnPr cNvPr cNvSpPr extLst linkedTxbx spPr style txbx wsp",
    _GROUP: "cNvGrpSpPr cNvPr extLst grpSp grpSpPr wgp",
    _CANVAS: "bg extLst whole wpc",
    _RELATIVE: "pctHeight pctPosHOffset pctPosVOffset pctWidth sizeRelH sizeRelV",
    _DRAWING_2010: """
        hiddenEffects hiddenFill hiddenLine hiddenScene3d hiddenSp3d shadowObscured useLocalDpi
        compatExt
    """,
    MC: "AlternateContent Choice Fallback",
    W14: _WORD_2010,
    W15: """
        appearance collapsed color repeatingSection repeatingSectionItem
        doNotAllowInsertDeleteSection sectionTitle footnoteColumns
    """,
    VML: """
        arc background curve f fill formulas group h handles image imagedata line oval path
        polyline rect roundrect shadow shape shapetype stroke textbox textpath
    """,
    OFFICE: """
        bottom callout clippath column colormenu colormru complex entry extrusion fill idmap left
        lock proxy r regrouptable rel relationtable right rules shapedefaults shapelayout skew top
    """,
    SYMBOLS: "sym symEx",
    _VML_WORD: "anchorlock borderbottom borderleft borderright bordertop wrap",
    _CORE: """
        category contentStatus contentType coreProperties keywords lastModifiedBy
        lastPrinted revision version
    """,
    _DUBLIN_CORE: """
        contributor coverage creator date description format identifier language publisher relation
        rights source subject title type
    """,
    _DUBLIN_TERMS: "created modified",
    _EXTENDED: """
        AppVersion Application Characters CharactersWithSpaces Company DigSig DocSecurity HLinks
        HeadingPairs HiddenSlides HyperlinkBase HyperlinksChanged Lines LinksUpToDate MMClips
        Manager Notes Pages Paragraphs PresentationFormat Properties ScaleCrop SharedDoc Slides
        Template TitlesOfParts TotalTime Words
    """,
    _VARIANTS: "bool bstr date decimal filetime i2 i4 int lpstr lpwstr r8 uint ui4 variant vector",
    f"{_PACKAGE}/content-types": "Default Override Types",
    f"{_PACKAGE}/relationships": "Relationship Relationships",
}

_OTHERS: dict[ElementHandling, dict[str, str]] = {
    ElementHandling.DROPPED: {
        W: _DROPPED_WORD,
        W14: "docId",
        W15: "chartTrackingRefBased docId",
        f"{_MICROSOFT}/word/2007/5/30/wordml": "docId enableOpenTypeKerning",
        f"{_MICROSOFT}/word/2009/2/wordml": "docId",
        _LIBRARY: "schema schemaLibrary",
        _DRAWING_2014: "creationId",
        _THEME_FAMILY: "themeFamily",
    },
    ElementHandling.UNWRAPPED: {W: "customXml smartTag"},
    ElementHandling.COMMENT: {
        W: "annotationRef comment commentRangeEnd commentRangeStart commentReference comments"
    },
    ElementHandling.TRACKED: {
        W: _TRACKED_WORD,
        W14: "conflictDel conflictIns conflictMode customXmlConflictDelRangeEnd"
        " customXmlConflictDelRangeStart customXmlConflictInsRangeEnd"
        " customXmlConflictInsRangeStart",
    },
    ElementHandling.INSERTED_FILE: {W: "altChunk altChunkPr matchSrc subDoc"},
    ElementHandling.BOUND: {
        W: "dataBinding",
        W15: "dataBinding webExtensionCreated webExtensionLinked",
    },
    ElementHandling.PLACEHOLDER: {W: "showingPlcHdr"},
    ElementHandling.FORM_FIELD: {W: _FORM_FIELD_WORD},
    ElementHandling.DATE: {W: "dayLong dayShort monthLong monthShort pgNum yearLong yearShort"},
    ElementHandling.EMBEDDED: {
        W: "control object objectEmbed objectLink",
        OFFICE: "OLEObject LinkType LockedField FieldCodes ink signatureline",
    },
    ElementHandling.UNSUPPORTED: {
        W: "contentPart movie bibliography citation docPart docPartBody docPartPr docParts"
        " frame frameLayout frameset framesetSplitbar glossaryDocument",
        W14: "contentPart nvContentPartPr cNvContentPartPr entityPicker xfrm",
        ANCHOR: "contentPart",
        DRAWING: "audioCd audioFile quickTimeFile videoFile wavAudioFile fld",
    },
    ElementHandling.MERGE: {W: _MERGE_WORD},
    ElementHandling.TWO_PICTURES: {
        f"{_MICROSOFT}/drawing/2016/SVG/main": "svgBlip",
        _DRAWING_2010: "imgEffect imgLayer imgProps",
    },
}


def _table() -> dict[str, ElementHandling]:
    table = {f"{{{W}}}{name}": ElementHandling.KEPT for name in _KEPT_WORD.split()}
    for namespace, names in _PLAIN.items():
        table |= {f"{{{namespace}}}{name}": ElementHandling.KEPT for name in names.split()}
    for fate, namespaces in _OTHERS.items():
        for namespace, names in namespaces.items():
            table |= {f"{{{namespace}}}{name}": fate for name in names.split()}
    return table


FATES: Mapping[str, ElementHandling] = MappingProxyType(_table())
"""What becomes of each known element, by its name with namespace (``{http://…}p``)."""

_PREFIXES = {
    W: "w",
    MC: "mc",
    W14: "w14",
    W15: "w15",
    VML: "v",
    OFFICE: "o",
    _VML_WORD: "w10",
    DRAWING: "a",
    ANCHOR: "wp",
    _PICTURE: "pic",
    SHAPE: "wps",
    _GROUP: "wpg",
    _CANVAS: "wpc",
    _RELATIVE: "wp14",
    _DRAWING_2010: "a14",
    _DRAWING_2014: "a16",
    MATH: "m",
    SYMBOLS: "w16se",
    _THEME_FAMILY: "thm15",
    _LIBRARY: "sl",
    _CORE: "cp",
    _DUBLIN_CORE: "dc",
    _DUBLIN_TERMS: "dcterms",
    _EXTENDED: "ap",
    _VARIANTS: "vt",
    f"{_PACKAGE}/content-types": "ct",
    f"{_PACKAGE}/relationships": "rel",
}


_DRAWN_FROM_DATA = tuple(
    f"{{{namespace}"
    for namespace in (
        f"{_OPENXML}/drawingml/2006/chart",
        f"{_OPENXML}/drawingml/2006/diagram",
        f"{_OPENXML}/drawingml/2006/lockedCanvas",
        f"{_MICROSOFT}/drawing/2014/chartex",
        f"{_MICROSOFT}/drawing/2008/diagram",
    )
)
"""How the names of all elements of charts and diagrams begin."""


def fate(name: str) -> ElementHandling:
    """Return what becomes of an element called ``name`` (``{http://…}p``)."""
    found = FATES.get(name, ElementHandling.UNKNOWN)
    if found is ElementHandling.UNKNOWN and name.startswith(_DRAWN_FROM_DATA):
        return ElementHandling.UNSUPPORTED
    return found


def short(name: str) -> str:
    """Return a name as people who look into Word files write it: ``w:p``."""
    namespace, _, local = name.removeprefix("{").rpartition("}")
    prefix = _PREFIXES.get(namespace, namespace)
    return f"{prefix}:{local}" if prefix else local
